import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkEmail, checkUsername, nameKey } from '../../../src/identity/users/names.ts';

const allowed = 'abcxyzABCXYZ019_.-';

describe('usernames', () => {
  test('are 3 to 50 of the allowed characters and start with a letter or digit', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...allowed), maxLength: 60 }), (name) => {
        const fits = name.length >= 3 && name.length <= 50 && !'_.-'.includes(name[0]!);
        expect(checkUsername(name) === undefined).toBe(fits);
      }),
    );
  });

  test('may speak of what is deleted, only not begin with it', () => {
    expect(checkUsername('my-deleted-files')).toBeUndefined();
  });

  test('have no other character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), (character) => {
        fc.pre(!/[A-Za-z0-9_.-]/.test(character));
        expect(checkUsername(`ab${character}cd`)?.field).toEqual(['username']);
      }),
    );
  });

  test.each(['deleted-3', 'Deleted-x', 'abc\n', 'a b c', 'me@example', ' abc', 'ab', ''])('are never %j', (name) => {
    expect(checkUsername(name)).toEqual({
      code: 'INVALID_INPUT',
      message: 'A username has 3 to 50 letters, digits, "_", "." or "-", and starts with a letter or digit.',
      field: ['username'],
    });
  });
});

describe('e-mail addresses', () => {
  test.each([
    'a@example.com',
    'first.last+tag@sub.example.co.uk',
    "o'neil@example.com",
    'jürgen@müller.de',
    'x@xn--fsq.com',
    // The longest that there can be.
    `a@${'b'.repeat(61)}.${'c'.repeat(63)}.${'d'.repeat(63)}.${'e'.repeat(62)}`,
  ])('may be %s', (email) => {
    expect(checkEmail(email)).toBeUndefined();
  });

  test.each([
    '',
    'a',
    '@example.com',
    'a@',
    'a@b@example.com',
    'a b@example.com',
    'a@example',
    'a@-example.com',
    'a@exa mple.com',
    'a\u0000@example.com',
    'a@example.com\n',
    'a@example..com',
    'a..b@example.com',
    '.a@example.com',
    'a.@example.com',
    'a\u200b@example.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(60)}.${'c'.repeat(63)}.${'d'.repeat(63)}.${'e'.repeat(63)}.com`,
  ])('are never %j', (email) => {
    const wrong = { code: 'INVALID_INPUT', message: 'This is not an e-mail address.', field: ['email'] };
    expect(checkEmail(email)).toEqual(wrong);
  });
});

describe('the key of a name', () => {
  test('is the same in every case and stays what it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (name) => {
        expect(nameKey(nameKey(name))).toBe(nameKey(name));
        expect(nameKey(name.toUpperCase())).toBe(nameKey(name));
      }),
    );
  });

  test('joins what people take for the same', () => {
    expect(nameKey('ＡＮＮＡ@Example.COM')).toBe('anna@example.com');
    expect(nameKey('STRASSE@example.com')).toBe(nameKey('straße@example.com'));
    expect(nameKey('STRAẞE@example.com')).toBe(nameKey('straße@example.com'));
    expect(nameKey('ΟΔΟΣ')).toBe(nameKey('οδοσ'));
  });
});
