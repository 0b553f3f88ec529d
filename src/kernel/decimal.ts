/**
 * Exact decimals. An amount is a `bigint` of units of 10^-scale; text is its only other form.
 * No float is ever made from one.
 */

/** Postgres BIGINT, where every amount is stored. */
export const MAX_UNITS = 9_223_372_036_854_775_807n;

const plain = /^-?(0|[1-9]\d*)(\.\d+)?$/;

/** No exponent, no sign but a minus, no leading zeros, no bare dot: one spelling an amount, so no reader disagrees. */
export const isDecimal = (text: string): boolean => text.length <= 64 && plain.test(text);

export type DecimalProblem = 'MALFORMED' | 'TOO_MANY_DECIMALS' | 'TOO_LARGE';

/** Not by a pattern: its matches are more garbage than all else of an amount. */
const withoutZerosAtEnd = (digits: string): string => {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
};

/** Text to units of 10^-scale. Trailing zeros beyond the scale are no extra decimals: "1.500" has scale 1. */
export const parseDecimal = (text: string, scale: number): bigint | DecimalProblem => {
  if (!isDecimal(text)) return 'MALFORMED';
  const negative = text.startsWith('-');
  const point = text.indexOf('.');
  const whole = text.slice(negative ? 1 : 0, point === -1 ? text.length : point);
  const digits = point === -1 ? '' : withoutZerosAtEnd(text.slice(point + 1));
  if (digits.length > scale) return 'TOO_MANY_DECIMALS';
  const units = BigInt(whole + digits.padEnd(scale, '0'));
  if (units > MAX_UNITS) return 'TOO_LARGE';
  return negative ? -units : units;
};

/** The shortest text of a decimal whose scale is not known: "1.50" is "1.5". What is no decimal stays as it is. */
export const shortestDecimal = (text: string): string => {
  const point = text.indexOf('.');
  if (point === -1 || !isDecimal(text)) return text;
  const fraction = withoutZerosAtEnd(text.slice(point + 1));
  return text.slice(0, point) + (fraction === '' ? '' : `.${fraction}`);
};

/** Units to the shortest exact text: 1500000n at scale 6 is "1.5". */
export const formatDecimal = (units: bigint, scale: number): string => {
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = withoutZerosAtEnd(digits.slice(digits.length - scale));
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
};

const tens = Array.from({ length: 40 }, (_, exponent) => 10n ** BigInt(exponent));

export const tenTo = (exponent: number): bigint => tens[exponent] ?? 10n ** BigInt(exponent);

/** Quotient rounded up, for what a customer owes or must keep back. Both arguments are not negative. */
export const divideUp = (amount: bigint, by: bigint): bigint => (amount + by - 1n) / by;

/** Quotient rounded half up, for figures that are only shown. Both arguments are not negative. */
export const divideHalfUp = (amount: bigint, by: bigint): bigint => (2n * amount + by) / (2n * by);
