import { createHmac } from 'node:crypto';
import type { Actor, Viewer } from '../../src/identity/viewer/viewer.ts';
import { must, PASSWORD, type People } from './people.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, without padding. */
const fromBase32 = (text: string): Buffer => {
  const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)));
};

const STEP_ms = 30_000;

/** What an authenticator app shows: RFC 6238, written from its text and not with the library that the server has. */
export const codeAt = (secret: string, at: Date, steps = 0): string => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at.getTime() / STEP_ms) + steps));
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const number = mac.readUInt32BE(mac[19]! & 0xf) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, '0');
};

/** A user's second factor, set up as its owner does it. */
export const enrolled = async (
  { identity, clock }: Pick<People, 'identity' | 'clock'>,
  { by, viewer }: { by: Actor; viewer: Viewer },
) => {
  const { secret } = must(await identity.enrolSecondFactor(by, viewer, { password: PASSWORD }));
  const recoveryCodes = must(await identity.confirmSecondFactor(by, viewer, { code: codeAt(secret, clock.now()) }));
  const code = (steps = 0): string => codeAt(secret, clock.now(), steps);
  return {
    secret,
    recoveryCodes,
    code,
    /** A code of a step that comes after all that were used. */
    nextCode: (): string => {
      clock.advance(STEP_ms * 2);
      return code();
    },
  };
};
