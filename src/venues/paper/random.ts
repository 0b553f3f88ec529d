/** Draws an integer from 0 up to, not including, `below`. */
export type Random = (below: bigint) => bigint;

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** splitmix32: spreads a small seed over all bits of the generator's state. */
const spread = (seed: number) => {
  let state = seed | 0;
  return (): number => {
    state = (state + 0x9e3779b9) | 0;
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return word ^ (word >>> 15);
  };
};

/** FNV-1a: gives each stream of one seed its own start. */
const hash = (text: string): number => {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  return state;
};

/** xoshiro128** on 32-bit integers: the same seed and stream draw the same numbers on every machine, for ever. */
export const createRandom = (seed: number, stream: string): Random => {
  const next = spread(seed ^ hash(stream));
  let [a, b, c, d] = [next(), next(), next(), next()];
  return (below) => {
    const word = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return (BigInt(word) * below) >> 32n;
  };
};
