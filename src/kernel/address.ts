import { isIP } from 'node:net';

/** The eight groups of an IPv6 address that `isIP` has accepted. */
const groupsOf = (text: string): number[] => {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const hex = (high: string | undefined, low: string | undefined): string =>
    (Number(high) * 256 + Number(low)).toString(16);
  const plain = dotted ? `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}` : text;
  const [head = '', tail] = plain.split('::');
  const read = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return read(head);
  const [before, after] = [read(head), read(tail)];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
};

export type Address = { family: 4; text: string } | { family: 6; groups: number[] };

/** An address in one spelling; IPv4 that came as IPv6 is IPv4. `undefined` for text that is none. */
export const parseAddress = (given: string): Address | undefined => {
  const text = given.replace(/%.*$/, '');
  const family = isIP(text);
  if (family === 4) return { family: 4, text };
  if (family !== 6) return undefined;
  const groups = groupsOf(text);
  const [g0, g1, g2, g3, g4, g5, g6 = 0, g7 = 0] = groups;
  const isMapped = !g0 && !g1 && !g2 && !g3 && !g4 && g5 === 0xffff;
  if (isMapped) return { family: 4, text: [g6 >> 8, g6 & 255, g7 >> 8, g7 & 255].join('.') };
  return { family: 6, groups };
};

/** What is counted as one: an IPv4 address, or the /64 of an IPv6 one, which a single customer of a provider has. */
export const countedAs = (address: Address): string =>
  address.family === 4
    ? address.text
    : `${address.groups
        .slice(0, 4)
        .map((group) => group.toString(16))
        .join(':')}::/64`;

const bitsOf = (address: Address): { value: bigint; length: number } => {
  const [parts, width] =
    address.family === 4 ? ([address.text.split('.').map(Number), 8n] as const) : ([address.groups, 16n] as const);
  return {
    value: parts.reduce((sum, part) => (sum << width) | BigInt(part), 0n),
    length: address.family === 4 ? 32 : 128,
  };
};

export type Network = (address: Address) => boolean;

/** `10.0.0.0/8`, `::1`; `undefined` for text that is neither an address nor a network. */
export const parseNetwork = (text: string): Network | undefined => {
  const [, base = '', mask] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(base);
  if (address === undefined) return undefined;
  const { value, length } = bitsOf(address);
  const prefix = mask === undefined ? length : Number(mask);
  if (prefix > length) return undefined;
  const rest = BigInt(length - prefix);
  return (other) => other.family === address.family && bitsOf(other).value >> rest === value >> rest;
};
