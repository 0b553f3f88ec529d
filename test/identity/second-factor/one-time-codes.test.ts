import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { base32, enrolmentOf, newSecret, stepOf } from '../../../src/identity/second-factor/one-time-codes.ts';
import { newRecoveryCodes } from '../../../src/identity/second-factor/recovery-codes.ts';
import { mustHaveSecondFactor, readCode } from '../../../src/identity/second-factor/second-factor.ts';
import { createSecretBox } from '../../../src/identity/second-factor/secret-box.ts';
import { codeAt } from '../../support/authenticator.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe('one-time codes', () => {
  // RFC 6238, appendix B, of eight digits: the last six of them are the code of six.
  test.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ])('are those of RFC 6238 at second %i', async (second, code) => {
    const secret = Buffer.from('12345678901234567890');
    const step = await stepOf(secret, code.slice(2), new Date(second * 1000));
    expect(step).toBe(BigInt(Math.floor(second / 30)));
  });

  it('are taken for one step before and after their own and name that step, whatever the secret and the time', () =>
    fc.assert(
      fc.asyncProperty(
        bytes(20),
        fc.integer({ min: 1_000_000, max: 100_000_000 }),
        fc.nat(29_999),
        fc.integer({ min: -4, max: 4 }),
        async (secret, step, within_ms, away) => {
          const now = new Date(step * 30_000 + within_ms);
          const found = await stepOf(secret, codeAt(await base32(secret), now, away), now);
          if (Math.abs(away) <= 1) expect(found).toBe(BigInt(step + away));
          // By chance one of the three codes that are taken now may be the same.
          else if (found !== undefined)
            expect(codeAt(await base32(secret), now, Number(found) - step)).toBe(
              codeAt(await base32(secret), now, away),
            );
        },
      ),
    ));

  it('are made of 160 random bits', async () => {
    const secrets = Array.from({ length: 50 }, () => Buffer.from(newSecret()).toString('hex'));
    for (const secret of secrets) expect(secret).toHaveLength(40);
    expect(new Set(secrets).size).toBe(50);
    const { secret, uri } = await enrolmentOf(Buffer.alloc(20, 1), { issuer: 'https://bank.example', label: 'a:b c' });
    expect(secret).toBe('AEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIB');
    expect(uri).toMatch(/^otpauth:\/\/totp\/https%3A%2F%2Fbank\.example:a%3Ab%20c\?/);
  });
});

describe('a code as it is typed', () => {
  const spaced = (code: string, gaps: readonly string[]): string =>
    [...code].map((letter, at) => letter + (gaps[at % gaps.length] ?? '')).join('');
  const gaps = fc.array(fc.constantFrom('', ' ', '-', '\u00a0'), { minLength: 1, maxLength: 5 });

  it('is read with any spaces, dashes and case', () =>
    fc.assert(
      fc.property(bytes(6), gaps, (digits, between) => {
        const code = [...digits].map((digit) => digit % 10).join('');
        expect(readCode(spaced(code, between), 64)).toEqual({ oneTime: code });
      }),
    ));

  it('may be any recovery code', async () => {
    const { shown } = await newRecoveryCodes();
    for (const code of shown) {
      const recovery = code.replaceAll('-', '');
      for (const typed of [code, code.toLowerCase(), recovery, ` ${spaced(recovery, [' '])}`])
        expect(readCode(typed, 64)).toEqual({ recovery });
    }
  });

  test.each([
    '',
    '12345',
    '1234567',
    '12345a',
    '１２３４５６',
    'A'.repeat(23),
    `${'A'.repeat(23)}1`,
    `${' '.repeat(64)}123456`,
  ])('is none: %j', (text) => {
    expect(readCode(text, 64)).toBeUndefined();
  });
});

describe('the box of secrets', () => {
  const box = createSecretBox('one key');

  it('gives back what was put in, and shows nothing of it', () =>
    fc.assert(
      fc.property(fc.uuid(), bytes(20), (userId, secret) => {
        const sealed = box.seal(userId, secret);
        expect(Buffer.from(sealed).includes(Buffer.from(secret))).toBe(false);
        expect(Buffer.from(box.seal(userId, secret)).equals(Buffer.from(sealed))).toBe(false);
        expect(Buffer.from(box.open(userId, sealed)!)).toEqual(Buffer.from(secret));
      }),
    ));

  it('stays shut for another user, with another key, and when any bit is another', () =>
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), bytes(20), fc.nat(391), (userId, other, secret, bit) => {
        fc.pre(userId !== other);
        const sealed = box.seal(userId, secret);
        expect(box.open(other, sealed)).toBeUndefined();
        expect(createSecretBox('another key').open(userId, sealed)).toBeUndefined();
        sealed[bit >> 3]! ^= 1 << (bit & 7);
        expect(box.open(userId, sealed)).toBeUndefined();
        expect(box.open(userId, sealed.subarray(0, bit >> 3))).toBeUndefined();
      }),
    ));
});

describe('who must have a second factor', () => {
  test.each([
    ['optional', ['ADMIN', 'USER'], false],
    ['staff', ['USER'], false],
    ['staff', ['USER', 'SUPPORT'], true],
    ['staff', ['AUDITOR'], true],
    ['staff', ['ADMIN'], true],
    ['everyone', ['USER'], true],
  ] as const)('where it is for %s: %j', (rule, roles, must) => {
    expect(mustHaveSecondFactor(rule, roles)).toBe(must);
  });
});
