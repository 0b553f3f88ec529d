import { randomFillSync } from 'node:crypto';
import type { Clock } from './clock.ts';

/** Makes the ids of new rows. Injected, so that a test or a simulation can replay the same ids. */
export interface Ids {
  next(): string;
}

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Anything that Postgres would accept as a canonical uuid; every other text can be answered without asking it. */
export const isUuid = (text: string): boolean => pattern.test(text);

/** One call of the system's generator for many ids; for a few kB it costs no more than for one id. */
const pooledRandom = (): ((bytes: Uint8Array) => void) => {
  const pool = new Uint8Array(4_096);
  let used = pool.length;
  return (bytes) => {
    if (used + bytes.length > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    for (let at = 0; at < bytes.length; at += 1, used += 1) bytes[at] = pool[used]!;
  };
};

const digits = Buffer.from('0123456789abcdef');

/** Writes the bytes into one text at once: an id that is put together from pieces takes ten times the memory. */
const createText = (): ((bytes: Uint8Array) => string) => {
  const text = Buffer.alloc(36, '-');
  return (bytes) => {
    for (let at = 0, to = 0; at < 16; at += 1, to += 2) {
      if (at === 4 || at === 6 || at === 8 || at === 10) to += 1;
      text[to] = digits[bytes[at]! >> 4]!;
      text[to + 1] = digits[bytes[at]! & 15]!;
    }
    return text.toString('latin1');
  };
};

/**
 * UUIDv7 (RFC 9562 §5.7, method 1): 48 bits of milliseconds, then a 12-bit counter that makes the ids of one process
 * strictly increasing, then 62 random bits. A clock that steps back does not move the ids back.
 */
export const createIds = (clock: Clock, random: (bytes: Uint8Array) => void = pooledRandom()): Ids => {
  const bytes = new Uint8Array(16);
  const textOf = createText();
  let millis = 0;
  let counter = 0;
  return {
    next: () => {
      const now = clock.now().getTime();
      if (now > millis) {
        millis = now;
        counter = 0;
      } else if (++counter > 0xfff) {
        millis += 1;
        counter = 0;
      }
      random(bytes);
      for (let at = 5, rest = millis; at >= 0; at -= 1, rest = Math.floor(rest / 256)) bytes[at] = rest % 256;
      bytes[6] = 0x70 | (counter >> 8);
      bytes[7] = counter & 0xff;
      bytes[8] = 0x80 | (bytes[8]! & 0x3f);
      return textOf(bytes);
    },
  };
};
