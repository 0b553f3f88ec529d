/** A secret that only this process knows: without it nobody can choose keys that share a place. */
export type HashKey = readonly [number, number];

const FINAL = 3;

/**
 * HalfSipHash-1-3 with 64 bits over the UTF-16 units of a text, in pairs. Keyed, because clients choose what is hashed; 32-bit
 * words, because those are what JavaScript is fast with. The two halves are left in `out`, so that nothing is allocated. `salt`
 * tells apart keys of the same text.
 *
 * One loop with one round in it, on variables of its own: calling a round would keep them in memory.
 */
export const hashInto = ([k0, k1]: HashKey, salt: number, text: string, out: Uint32Array): void => {
  const { length } = text;
  const words = (length >> 1) + 1;
  let [v0, v1, v2, v3] = [k0, k1 ^ 0xee, 0x6c796765 ^ k0 ^ salt, 0x74656462 ^ k1];
  for (let at = 0; at < words + 2 * FINAL; at += 1) {
    let word = 0;
    if (at < words - 1) word = text.charCodeAt(2 * at) | (text.charCodeAt(2 * at + 1) << 16);
    else if (at === words - 1) word = (length << 16) | (length % 2 === 1 ? text.charCodeAt(length - 1) : 0);
    else if (at === words) v2 ^= 0xee;
    else if (at === words + FINAL) {
      out[0] = v1 ^ v3;
      v1 ^= 0xdd;
    }
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  out[1] = v1 ^ v3;
};
