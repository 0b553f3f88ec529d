import { randomBytes } from 'node:crypto';
import { limits } from '../../limits.ts';

/** What every authenticator app knows: RFC 6238 with HMAC-SHA-1, six digits, a new one every thirty seconds. */
const kind = { algorithm: 'SHA1', digits: 6, period: 30 } as const;

/** RFC 4226, section 4: as long as the hash. */
const SECRET_BYTES = 20;

/** Loaded when the first code is looked at: most servers start, and many run, without one. */
const load = () => import('otpauth');

const secretOf = async (secret: Uint8Array) => new (await load()).Secret({ buffer: new Uint8Array(secret).buffer });

/** The text form that authenticator apps take, and recovery codes are written in (RFC 4648). */
export const base32 = async (bytes: Uint8Array): Promise<string> => (await secretOf(bytes)).base32;

export const newSecret = (): Uint8Array<ArrayBuffer> => new Uint8Array(randomBytes(SECRET_BYTES));

/** The step whose code this is, among those that are taken now; each is counted from 1970. */
export const stepOf = async (secret: Uint8Array, token: string, now: Date): Promise<bigint | undefined> => {
  const { TOTP } = await load();
  const timestamp = now.getTime();
  const totp = new TOTP({ ...kind, secret: await secretOf(secret) });
  const delta = totp.validate({ token, timestamp, window: limits.secondFactor.window });
  return delta === null ? undefined : BigInt(totp.counter({ timestamp }) + delta);
};

/** What an authenticator app is given, to be typed or as a picture of the address. */
export const enrolmentOf = async (
  secret: Uint8Array,
  { issuer, label }: { issuer: string; label: string },
): Promise<{ secret: string; uri: string }> => {
  const { TOTP } = await load();
  const totp = new TOTP({ ...kind, issuer, label, secret: await secretOf(secret) });
  return { secret: totp.secret.base32, uri: totp.toString() };
};
