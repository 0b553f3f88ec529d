import { createHash, createHmac, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRefreshTokens, hashRefreshToken } from '../../../src/identity/sessions/refresh-token.ts';

const tokens = createRefreshTokens('a secret of the tests');
const sessionId = '0190a3f0-1111-7222-8333-444455556666';

const anyToken = fc.record({
  sessionId: fc.uuid(),
  generation: fc.integer({ min: 0, max: 0x7fff_ffff }),
  seed: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
});

describe('a refresh token', () => {
  test('reads as it was written', () => {
    fc.assert(
      fc.property(anyToken, (token) => {
        expect(tokens.decode(tokens.encode(token))).toEqual(token);
      }),
    );
  });

  test('is refused when any one character is another', () => {
    fc.assert(
      fc.property(
        anyToken,
        fc.nat(91),
        fc.constantFrom('A', 'B', '-', '_', '9', '=', '\u0000'),
        (token, at, character) => {
          const text = tokens.encode(token);
          fc.pre(text[at] !== character);
          expect(tokens.decode(text.slice(0, at) + character + text.slice(at + 1))).toBeUndefined();
        },
      ),
    );
  });

  test('is refused when it is any other text, or of another secret', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(tokens.decode(text)).toBeUndefined();
      }),
    );
    const text = tokens.first(sessionId);
    for (const other of [`${text}A`, ` ${text}`, `${text}\n`, text.slice(1)])
      expect(tokens.decode(other)).toBeUndefined();
    expect(tokens.decode(createRefreshTokens('another secret').first(sessionId))).toBeUndefined();
  });

  test('is kept as its SHA-256 only', () => {
    const text = tokens.first(sessionId);
    expect(Buffer.from(hashRefreshToken(text)).toString('hex')).toBe(createHash('sha256').update(text).digest('hex'));
    expect(hashRefreshToken(text)).not.toEqual(hashRefreshToken(tokens.first(sessionId)));
  });

  test('of another version is refused, rightly signed or not; the key is one of its own', () => {
    // Made as the format says, so that a change of it cannot go unnoticed: all sessions would end.
    const key = Buffer.from(hkdfSync('sha256', 'a secret of the tests', '', 'bourse refresh token', 32));
    const made = (version: number): string => {
      const body = Buffer.alloc(37, 7);
      body.writeUInt8(version, 0);
      return Buffer.concat([body, createHmac('sha256', key).update(body).digest()]).toString('base64url');
    };
    expect(tokens.decode(made(1))).toMatchObject({ generation: 0x07070707 });
    for (const version of [0, 2, 255]) expect(tokens.decode(made(version))).toBeUndefined();
  });

  test('has one successor: same session and seed, next generation', () => {
    fc.assert(
      fc.property(anyToken, (token) => {
        fc.pre(token.generation < 0x7fff_ffff);
        const next = tokens.successor(token)!;
        expect(tokens.successor(token)).toBe(next);
        expect(tokens.decode(next)).toEqual({ ...token, generation: token.generation + 1 });
      }),
    );
    expect(tokens.successor({ sessionId, generation: 0x7fff_ffff, seed: Buffer.alloc(16) })).toBeUndefined();
  });

  test('differs for two sessions that are opened alike', () => {
    expect(tokens.first(sessionId)).not.toBe(tokens.first(sessionId));
  });
});
