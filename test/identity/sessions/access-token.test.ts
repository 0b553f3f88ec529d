import { createHmac, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import jsonwebtoken from 'jsonwebtoken';
import { describe, expect, test } from 'vitest';
import { createAccessTokens } from '../../../src/identity/sessions/tokens.ts';
import { createIds } from '../../../src/kernel/ids.ts';
import { jwt, testClock } from '../../support/people.ts';

const clock = testClock();
const tokens = createAccessTokens({ jwt, clock, ids: createIds(clock) });
const subject = { userId: '0190a3f0-1111-7222-8333-444455556666', sessionId: '0190a3f0-1111-7222-8333-444455557777' };
const good = tokens.sign(subject);
const decoded = jsonwebtoken.decode(good, { complete: true })!;
const header: object = decoded.header;
const payload = decoded.payload as jsonwebtoken.JwtPayload;

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const hashes: Record<string, string> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };

/** A token with a right signature whatever it says, unless told otherwise. */
const forge = (changes: { header?: object; payload?: object; secret?: string }): string => {
  const head: { alg?: string } = { ...header, ...changes.header };
  const body = `${part(head)}.${part({ ...payload, ...changes.payload })}`;
  const hash = hashes[head.alg ?? ''];
  const mac =
    hash === undefined
      ? ''
      : createHmac(hash, changes.secret ?? jwt.secret)
          .update(body)
          .digest('base64url');
  return `${body}.${mac}`;
};

const malformed = { problem: 'MALFORMED' };

describe('an access token', () => {
  test('tells its user and session', () => {
    expect(tokens.verify(good)).toMatchObject({ claims: subject });
    expect(tokens.verify(forge({}))).toMatchObject({ claims: subject });
    expect(header).toMatchObject({ alg: 'HS256', typ: 'at+jwt' });
    expect(Object.keys(payload).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub']);
    expect(good.length).toBeLessThan(600);
  });

  test.each([
    ['no algorithm', { header: { alg: 'none' } }],
    ['an algorithm in other letters', { header: { alg: 'hs256' } }],
    ['another algorithm', { header: { alg: 'HS512' } }],
    ['another type', { header: { typ: 'JWT' } }],
    ['no type', { header: { typ: undefined } }],
    ['another key id', { header: { kid: 'other' } }],
    ['no key id', { header: { kid: undefined } }],
    ['another secret', { secret: 'not-the-key-of-the-tests-0123456789' }],
    ['another issuer', { payload: { iss: 'elsewhere' } }],
    ['no issuer', { payload: { iss: undefined } }],
    ['another audience', { payload: { aud: 'elsewhere' } }],
    ['several audiences', { payload: { aud: [jwt.audience, 'elsewhere'] } }],
    ['no audience', { payload: { aud: undefined } }],
    ['no expiry', { payload: { exp: undefined } }],
    ['an expiry that is text', { payload: { exp: '9999999999' } }],
    ['an expiry beyond numbers', { payload: { exp: 1e300 } }],
    ['no subject', { payload: { sub: undefined } }],
    ['a subject that is no id', { payload: { sub: "' OR 1=1" } }],
    ['no session', { payload: { sid: undefined } }],
    ['no token id', { payload: { jti: undefined } }],
    ['a claim that we never make', { payload: { roles: ['ADMIN'] } }],
  ])('is refused with %s', (_, changes) => {
    expect(tokens.verify(forge(changes))).toEqual(malformed);
  });

  test('is refused when it was tampered with', () => {
    const [head, , mac] = good.split('.');
    expect(tokens.verify(`${head}.${part({ ...payload, sub: subject.sessionId })}.${mac}`)).toEqual(malformed);
    expect(tokens.verify(`${head}.${good.split('.')[1]}.`)).toEqual(malformed);
    expect(tokens.verify(`${good}x`)).toEqual(malformed);
    expect(tokens.verify(` ${good}`)).toEqual(malformed);
  });

  test('is refused when it is any other text, of any length', () => {
    const dotted = fc.array(fc.base64String(), { minLength: 3, maxLength: 3 }).map((parts) => parts.join('.'));
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), dotted);
    fc.assert(
      fc.property(text, (garbage) => {
        expect(tokens.verify(garbage)).toEqual(malformed);
      }),
    );
    expect(tokens.verify(forge({ payload: { jti: 'x'.repeat(100_000) } }))).toEqual(malformed);
    expect(tokens.verify(`${part('null')}.${part(null)}.x`)).toEqual(malformed);
  });

  test('of more than 1,024 letters is not looked at, however good it is', () => {
    const long = createAccessTokens({ jwt: { ...jwt, audience: 'a'.repeat(2_000) }, clock, ids: createIds(clock) });
    expect(long.verify(long.sign(subject))).toEqual(malformed);
    // Three letters of a token are two bytes of its claims.
    const lengthOf = (letters: number): number => sized(letters).sign(subject).length;
    const sized = (letters: number) =>
      createAccessTokens({ jwt: { ...jwt, audience: 'a'.repeat(letters) }, clock, ids: createIds(clock) });
    let letters = 350;
    while (lengthOf(letters) < 1_024) letters += 1;
    const longest = sized(letters);
    expect(longest.sign(subject)).toHaveLength(1_024);
    expect(longest.verify(longest.sign(subject))).toMatchObject({ claims: subject });
    const tooLong = sized(letters + 1);
    expect(tooLong.verify(tooLong.sign(subject))).toEqual(malformed);
  });

  test('names its key, which is another for another secret and tells nothing of it', () => {
    const kidOf = (secret: string): string => {
      const mine = createAccessTokens({ jwt: { ...jwt, secret }, clock, ids: createIds(clock) });
      return jsonwebtoken.decode(mine.sign(subject), { complete: true })!.header.kid!;
    };
    expect(kidOf(jwt.secret)).toBe(
      Buffer.from(hkdfSync('sha256', jwt.secret, '', 'bourse key id', 8)).toString('base64url'),
    );
    expect(kidOf(`${jwt.secret}x`)).not.toBe(kidOf(jwt.secret));
  });

  test('expires by the injected clock, also once it is known', () => {
    const later = testClock();
    const mine = createAccessTokens({ jwt, clock: later, ids: createIds(later) });
    const token = mine.sign(subject);
    later.advance(jwt.accessLifetime_s * 1000 - 1000);
    expect(mine.verify(token)).toMatchObject({ claims: subject });
    later.advance(1000);
    expect(mine.verify(token)).toEqual({ problem: 'EXPIRED' });
    expect(mine.verify(token)).toEqual({ problem: 'EXPIRED' });
  });

  test('needs an issuer and an audience to be configured', () => {
    for (const change of [{ issuer: '' }, { audience: '' }]) {
      expect(() => createAccessTokens({ jwt: { ...jwt, ...change }, clock, ids: createIds(clock) })).toThrow(
        'issuer and audience must not be empty',
      );
    }
  });

  test('is of the configured algorithm only', () => {
    const other = createAccessTokens({ jwt: { ...jwt, algorithm: 'HS512' }, clock, ids: createIds(clock) });
    expect(other.verify(other.sign(subject))).toMatchObject({ claims: subject });
    expect(other.verify(good)).toEqual(malformed);
  });
});
