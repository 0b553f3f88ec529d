import { randomBytes } from 'node:crypto';
import { type HashKey, hashInto } from './hash.ts';

/** Places in a row that a key may stand in; one cache line of tags. */
const WAYS = 16;

/**
 * A bounded map from text to numbers in flat arrays: a key is kept as 64 bits of its hash. A place holds until when its
 * key is remembered, and two counts for those that need them. Half of the places are spare, so that hardly a row is full
 * while no more keys than were asked for are in use.
 *
 * In a full row the key that would be forgotten first makes room: an unused one if there is one, else the least used. So
 * nobody can have a used-up budget forgotten but by using up a row of others more, and which those are is a secret.
 */
export const createSlots = (keys: number, counts: boolean) => {
  const rows = 2 ** Math.max(0, Math.ceil(Math.log2((keys * 2) / WAYS)));
  const size = rows * WAYS;
  const high = new Uint32Array(size);
  const low = new Uint32Array(size);
  const until = new Float64Array(size);
  const current = new Uint32Array(counts ? size : 0);
  const previous = new Uint32Array(counts ? size : 0);
  const secret: HashKey = [randomBytes(4).readInt32LE(), randomBytes(4).readInt32LE()];
  const hash = new Uint32Array(2);

  return {
    until,
    current,
    previous,
    /** The place of a key; a new key's is empty. */
    placeOf: (key: string): number => {
      hashInto(secret, key, hash);
      const one = hash[0] as number;
      // Never 0, which marks a place that was never used.
      const two = ((hash[1] as number) | 1) >>> 0;
      const first = (one & (rows - 1)) * WAYS;
      let soonest = first;
      for (let place = first; place < first + WAYS; place += 1) {
        if (high[place] === one && low[place] === two) return place;
        if ((until[place] as number) < (until[soonest] as number)) soonest = place;
      }
      high[soonest] = one;
      low[soonest] = two;
      until[soonest] = 0;
      if (counts) {
        current[soonest] = 0;
        previous[soonest] = 0;
      }
      return soonest;
    },
  };
};
