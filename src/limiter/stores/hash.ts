const { imul } = Math;

/** A secret that only this process knows: without it nobody can choose keys that share a place. */
export type HashKey = readonly [number, number];

/**
 * HalfSipHash-1-3 with 64 bits, over UTF-16 units in pairs. Keyed, because clients choose what is hashed; 32-bit words,
 * because those are what JavaScript is fast with. The two halves are left in `out`, so that nothing is allocated.
 */
export const hashInto = ([k0, k1]: HashKey, text: string, out: Uint32Array): void => {
  let v0 = k0;
  let v1 = k1 ^ 0xee;
  let v2 = 0x6c796765 ^ k0;
  let v3 = 0x74656462 ^ k1;
  const round = (): void => {
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
  };
  const { length } = text;
  for (let at = 0; at + 1 < length; at += 2) {
    const word = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
    v3 ^= word;
    round();
    v0 ^= word;
  }
  const last = (length % 2 === 1 ? text.charCodeAt(length - 1) : 0) | imul(length, 0x1000000);
  v3 ^= last;
  round();
  v0 ^= last;
  v2 ^= 0xee;
  round();
  round();
  round();
  out[0] = v1 ^ v3;
  v1 ^= 0xdd;
  round();
  round();
  round();
  out[1] = v1 ^ v3;
};
