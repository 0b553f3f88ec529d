import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * A refresh token names its session and generation and carries a MAC, so a made-up one costs no look-up. A session's
 * seed is in its tokens only: each generation's token follows from the one before and from nothing in the database.
 *
 *     version 1 | session id 16 | generation 4 | seed 16 | HMAC-SHA256 32      = 69 bytes, 92 characters of base64url
 */
export interface RefreshToken {
  sessionId: string;
  generation: number;
  seed: Buffer;
}

const VERSION = 1;
const BODY = 37;
const shape = /^[A-Za-z0-9_-]{92}$/;

/** Whether a text looks like a refresh token; whether it is one, only its MAC tells. */
export const isRefreshTokenShaped = (text: string): boolean => shape.test(text);

const LAST_GENERATION = 0x7fff_ffff;

/** All that the database keeps of a refresh token. */
export const hashRefreshToken = (token: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(token, 'latin1').digest());

export const createRefreshTokens = (secret: string) => {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'bourse refresh token', 32));
  const mac = (body: Buffer): Buffer => createHmac('sha256', key).update(body).digest();

  const encode = ({ sessionId, generation, seed }: RefreshToken): string => {
    const body = Buffer.alloc(BODY);
    body.writeUInt8(VERSION, 0);
    body.write(sessionId.replaceAll('-', ''), 1, 'hex');
    body.writeUInt32BE(generation, 17);
    seed.copy(body, 21);
    return Buffer.concat([body, mac(body)]).toString('base64url');
  };

  const decode = (token: string): RefreshToken | undefined => {
    if (!shape.test(token)) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    const body = bytes.subarray(0, BODY);
    if (body.readUInt8(0) !== VERSION || !timingSafeEqual(bytes.subarray(BODY), mac(body))) return undefined;
    const id = body.toString('hex', 1, 17);
    return {
      sessionId: `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`,
      generation: body.readUInt32BE(17),
      seed: Buffer.from(body.subarray(21, BODY)),
    };
  };

  return {
    first: (sessionId: string): string => encode({ sessionId, generation: 0, seed: randomBytes(16) }),
    decode,
    encode,
    /** `undefined` after the last generation that the column holds: the session has to be opened anew. */
    successor: (token: RefreshToken): string | undefined =>
      token.generation >= LAST_GENERATION ? undefined : encode({ ...token, generation: token.generation + 1 }),
  };
};

export type RefreshTokens = ReturnType<typeof createRefreshTokens>;
