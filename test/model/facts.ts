/** What the model knows of the two instruments that are traded, and how amounts are written. Cash has 8 decimals. */
export interface Facts {
  symbol: string;
  asset: string;
  priceScale: number;
  baseScale: number;
  tick: bigint;
  lot: bigint;
  collarBps: bigint;
  reference: bigint;
  /** Units of cash per price unit and base unit. */
  unitValue: bigint;
}

export const CASH_SCALE = 8;

/** One with fine quantities, one whose smallest trade is a thousand whole units. */
export const facts: Record<string, Facts> = {
  AAPL: {
    symbol: 'AAPL',
    asset: 'AAPL',
    priceScale: 2,
    baseScale: 4,
    tick: 1n,
    lot: 1n,
    collarBps: 500n,
    reference: 23_000n,
    unitValue: 100n,
  },
  'SHIB-USD': {
    symbol: 'SHIB-USD',
    asset: 'SHIB',
    priceScale: 8,
    baseScale: 0,
    tick: 1n,
    lot: 1_000n,
    collarBps: 1_000n,
    reference: 950n,
    unitValue: 1n,
  },
};

export const factsOf = (symbol: string): Facts => {
  const found = facts[symbol];
  if (found === undefined) throw new Error(`the model does not know ${symbol}`);
  return found;
};

export const MAKER_BPS = 10n;
export const TAKER_BPS = 20n;

/** Whole units, or what is wrong with the text. Too many decimals are wrong unless they are zeros. */
export const units = (text: string, scale: number): bigint | undefined => {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const digits = fraction.replace(/0+$/, '');
  if (digits.length > scale) return undefined;
  return BigInt(whole + digits.padEnd(scale, '0')) * (text.startsWith('-') ? -1n : 1n);
};

export const text = (amount: bigint, scale: number): string => {
  const digits = String(amount < 0n ? -amount : amount).padStart(scale + 1, '0');
  const [whole, fraction] = [digits.slice(0, digits.length - scale), digits.slice(digits.length - scale)];
  const rest = fraction.replace(/0+$/, '');
  return `${amount < 0n ? '-' : ''}${whole}${rest && `.${rest}`}`;
};

export const up = (amount: bigint, by: bigint): bigint => (amount % by === 0n ? amount / by : amount / by + 1n);

/** The price of one whole unit, to 12 decimals, rounded half up. */
export const average = (value: bigint, qty: bigint, { baseScale }: Facts): string =>
  text((2n * value * 10n ** BigInt(baseScale + 12 - CASH_SCALE) + qty) / (2n * qty), 12);
