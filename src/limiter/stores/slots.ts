import { randomBytes } from 'node:crypto';
import { type HashKey, hashInto } from './hash.ts';

/** Places in a row that a key may stand in; their tags are one cache line. */
const WAYS = 16;

/**
 * A bounded map from text to numbers in flat arrays. Of a key's hash its row and 32 bits more are kept: with a million keys,
 * two of them share a budget once in hundreds of processes. A place holds until when its key is remembered, and two
 * counts for those that need them. Half of the places are spare, so that hardly a row is full while no more keys than
 * were asked for are in use.
 *
 * In a full row the key that would be forgotten first makes room: an unused one if there is one, else the least used. So
 * nobody can have a used-up budget forgotten but by using up a row of others more, and which those are is a secret.
 */
export const createSlots = (keys: number, counts: boolean) => {
  const rows = 2 ** Math.max(0, Math.ceil(Math.log2((keys * 2) / WAYS)));
  const size = rows * WAYS;
  const tags = new Uint32Array(size);
  const until = new Float64Array(size);
  const current = new Uint32Array(counts ? size : 0);
  const previous = new Uint32Array(counts ? size : 0);
  const halves = new Uint32Array(2);
  const secret: HashKey = [randomBytes(4).readInt32LE(), randomBytes(4).readInt32LE()];
  const salts = new Map<string, number>();

  const saltOf = (name: string): number => {
    const known = salts.get(name);
    if (known !== undefined) return known;
    hashInto(secret, 0, name, halves);
    const salt = halves[0] as number;
    salts.set(name, salt);
    return salt;
  };

  const claim = (first: number, tag: number): number => {
    let soonest = first;
    for (let place = first + 1; place < first + WAYS; place += 1)
      if ((until[place] as number) < (until[soonest] as number)) soonest = place;
    tags[soonest] = tag;
    until[soonest] = 0;
    if (counts) {
      current[soonest] = 0;
      previous[soonest] = 0;
    }
    return soonest;
  };

  return {
    until,
    current,
    previous,
    /** The place of a key under one of a few names; a new key's is empty. */
    placeOf: (name: string, key: string): number => {
      hashInto(secret, saltOf(name), key, halves);
      const first = ((halves[0] as number) & (rows - 1)) * WAYS;
      // Never 0, which marks a place that was never used.
      const tag = ((halves[1] as number) | 1) >>> 0;
      for (let place = first; place < first + WAYS; place += 1) if (tags[place] === tag) return place;
      return claim(first, tag);
    },
  };
};
