import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkPassword, isCommonPassword } from '../../../src/identity/password/password-rules.ts';

const check = (password: string, names: string[] = []) =>
  checkPassword(password, { bounds: { min: 12, max: 128 }, names, field: 'password' })?.code;

describe('password rules', () => {
  test.each([
    'Password123!',
    'P@ssw0rd1234',
    'passwordpassword',
    '123456789012',
    '987654321098',
    'qwertyuiop12',
    '1qaz2wsx3edc',
    '1q2w3e4r5t6y',
    'letmein12345',
    'LetMeIn!!2024',
    'aaaaaaaaaaaa',
    'abcabcabcabc',
    'abcdefghijklmn',
    'dragondragon1',
    'iloveyou!!!!',
    'trustno1trustno1',
    'admin1234567',
    '123456password',
    // Rows of keyboards, to and fro, with a step beside them here and there.
    '1234567890-=',
    'qwertyuiop[]',
    'qwertzuiop88',
    'poiuztrewq12',
    'azertyuiop77',
    "asdfghjkl;'#",
    'zxcvbnm,./zx',
    'yxcvbnmnbvcx',
    '3edc4rfv5tgb',
    '0123456789012',
    // Few characters, or few over and over.
    'aabbccbbaacc',
    'wmkzwmkzwmkz',
    'xxxxxxxxxxx7q2',
    'qwertyuiopV9m',
    // Words under signs that look like their letters.
    'dr@g0ndr@g0n',
    'w3lc0m3w3lc0m3',
    'm0nk3y!!2024',
    'pr1ncess!!12',
    'pr!ncess!!12',
    'f00tb4ll!!12',
    'princeS5!!12',
    // Three characters in no order.
    'xmxkmxkkmxmk',
    'ｐａｓｓｗｏｒｄ１２３４',
  ])('refuse the common %s', (password) => {
    expect(check(password)).toBe('PASSWORD_TOO_COMMON');
  });

  test.each([
    'quiet-River-under-7-bridges',
    'correct horse battery',
    'пять зелёных слонов',
    'tr4ding-Is-no-6ame',
    // A word with more around it than people put there.
    '1234567password',
    'password!2#4%6&8)',
    // Longer runs than chance makes, and still not three quarters.
    'qwertyuV9mX3',
    'abcdeVmXQzKp',
    // Four characters in no order; five over and over.
    'wmkzzmwkmzwk',
    'wmkzvwmkzvwm',
    '马马虎虎的密码在这里放着好',
  ])('take %s', (password) => {
    expect(check(password)).toBeUndefined();
  });

  test('count characters, not code units', () => {
    expect(check('🦉🐙🦊🐝🐳🦀🐌🦋🐢🐧🦔')).toBe('PASSWORD_TOO_SHORT');
    expect(check('🦉🐙🦊🐝🐳🦀🐌🦋🐢🐧🦔🐿')).toBeUndefined();
    const long = Array.from({ length: 128 }, (_, at) => String.fromCodePoint(0x1f300 + at)).join('');
    expect(check(long)).toBeUndefined();
    expect(check(`${long}x`)).toBe('PASSWORD_TOO_LONG');
  });

  test('have nothing to do with half a character', () => {
    expect(
      checkPassword('long enough \ud800 and odd', { bounds: { min: 12, max: 128 }, names: [], field: 'password' }),
    ).toEqual({
      code: 'INVALID_INPUT',
      message: 'The password has half a character.',
      field: ['password'],
    });
  });

  test('say what is wrong', () => {
    const said = (password: string, names: string[] = []) =>
      checkPassword(password, { bounds: { min: 12, max: 64 }, names, field: 'password' })?.message;
    expect(said('short')).toBe('A password has at least 12 characters.');
    expect(said('quiet river '.repeat(6))).toBe('A password has at most 64 characters.');
    expect(said('passwordpassword')).toBe('This password is among the first that are tried; choose another.');
    expect(said('9-WanderLust-77', ['wanderlust'])).toBe(
      'The password contains the username or e-mail name; choose another.',
    );
  });

  test('refuse one that contains the username or the name of the e-mail address', () => {
    expect(check('9-WanderLust-77', ['wanderlust', 'x@example.com'])).toBe('PASSWORD_TOO_COMMON');
    expect(check('9-WanderLust-77', ['somebody', 'Wanderlust@example.com'])).toBe('PASSWORD_TOO_COMMON');
    expect(check('9-WanderLust-77', ['lust'])).toBe('PASSWORD_TOO_COMMON');
    expect(check('9-WanderLust-77', ['lus', 'other@wanderlust.org'])).toBeUndefined();
  });

  test('name the field that the caller says', () => {
    const options = { bounds: { min: 12, max: 128 }, names: [], field: 'newPassword' };
    expect(checkPassword('short', options)?.field).toEqual(['newPassword']);
  });

  test('see through case and digits around a common word', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('password', 'sunshine', 'football', 'princess'),
        fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        fc.stringMatching(/^[0-9]{0,6}$/),
        fc.stringMatching(/^[0-9!?.]{0,8}$/),
        (word, upper, before, after) => {
          const cased = [...word].map((letter, at) => (upper[at] ? letter.toUpperCase() : letter)).join('');
          expect(isCommonPassword(before + cased + after)).toBe(true);
        },
      ),
    );
  });
});
