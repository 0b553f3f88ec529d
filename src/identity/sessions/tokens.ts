import { createSecretKey, hkdfSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import type { Config } from '../../config.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Ids } from '../../kernel/ids.ts';
import { createLru } from '../../kernel/lru.ts';
import { limits } from '../../limits.ts';

/** The only module that signs and verifies access tokens. */
export interface Claims {
  userId: string;
  sessionId: string;
  expiresAt_s: number;
}

export type Verification = { claims: Claims } | { problem: 'EXPIRED' | 'MALFORMED' };

export interface AccessTokens {
  sign(of: { userId: string; sessionId: string }): string;
  verify(token: string): Verification;
}

const TYPE = 'at+jwt';
const malformed: Verification = { problem: 'MALFORMED' };
const expired: Verification = { problem: 'EXPIRED' };

const seconds = z.number().int().nonnegative();

export const createAccessTokens = ({ jwt: options, clock, ids }: { jwt: Config['jwt']; clock: Clock; ids: Ids }) => {
  const { algorithm, issuer, audience, accessLifetime_s } = options;
  if (issuer === '' || audience === '') throw new Error('issuer and audience must not be empty');
  // A key object, never text: text that looks like PEM would be read as a public key.
  const key = createSecretKey(Buffer.from(options.secret));
  const kid = Buffer.from(hkdfSync('sha256', options.secret, '', 'bourse key id', 8)).toString('base64url');
  const verified = createLru<Claims>(limits.session.viewerCacheEntries);
  const now_s = (): number => Math.floor(clock.now().getTime() / 1000);

  // RFC 7515, 4.1.11: a token with `crit` must be refused where its extensions are not understood. Ours have nothing beyond these.
  const headerShape = z.strictObject({ alg: z.literal(algorithm), typ: z.literal(TYPE), kid: z.literal(kid) });
  const claimsShape = z.strictObject({
    iss: z.literal(issuer),
    aud: z.literal(audience),
    sub: z.uuid(),
    sid: z.uuid(),
    jti: z.uuid(),
    iat: seconds,
    exp: seconds,
  });

  const read = (token: string): Claims | undefined => {
    let parts: jwt.Jwt;
    try {
      // Time is checked below, by our clock: jsonwebtoken lets tokens without `exp` pass.
      const how = { algorithms: [algorithm], issuer, audience, ignoreExpiration: true, complete: true } as const;
      parts = jwt.verify(token, key, { ...how, algorithms: [...how.algorithms] });
    } catch {
      // Text of any kind may come here, and jsonwebtoken has more than its own errors for it (a header that is no JSON).
      return undefined;
    }
    const claims = claimsShape.safeParse(parts.payload);
    if (!headerShape.safeParse(parts.header).success || !claims.success) return undefined;
    return { userId: claims.data.sub, sessionId: claims.data.sid, expiresAt_s: claims.data.exp };
  };

  const verify = (token: string): Verification => {
    if (token.length > limits.session.accessTokenLength) return malformed;
    const known = verified.get(token);
    const claims = known ?? read(token);
    if (claims === undefined) return malformed;
    if (claims.expiresAt_s <= now_s()) return expired;
    if (known === undefined) verified.set(token, claims);
    return { claims };
  };

  const sign = ({ userId, sessionId }: { userId: string; sessionId: string }): string => {
    const iat = now_s();
    return jwt.sign(
      { iss: issuer, aud: audience, sub: userId, sid: sessionId, jti: ids.next(), iat, exp: iat + accessLifetime_s },
      key,
      { algorithm, header: { alg: algorithm, typ: TYPE, kid } },
    );
  };

  return { sign, verify } satisfies AccessTokens;
};
