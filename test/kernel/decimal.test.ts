import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  divideHalfUp,
  divideUp,
  formatDecimal,
  isDecimal,
  MAX_UNITS,
  parseDecimal,
  shortestDecimal,
  tenTo,
} from '../../src/kernel/decimal.ts';
import { averagePrice } from '../../src/market/average.ts';

describe('a decimal', () => {
  it.each([
    ['0', 2, 0n],
    ['-0', 2, 0n],
    ['1', 0, 1n],
    ['1.5', 2, 150n],
    ['-1.5', 2, -150n],
    ['10.00', 0, 10n],
    ['0.010', 2, 1n],
    ['1.500', 1, 15n],
    ['100', 3, 100_000n],
    ['92233720368.54775807', 8, MAX_UNITS],
    ['-92233720368.54775807', 8, -MAX_UNITS],
    ['92233720368.54775808', 8, 'TOO_LARGE'],
    ['-92233720368.54775808', 8, 'TOO_LARGE'],
    ['0.001', 2, 'TOO_MANY_DECIMALS'],
    ['1.05', 1, 'TOO_MANY_DECIMALS'],
    ['0.1', 0, 'TOO_MANY_DECIMALS'],
  ] as const)('%s at scale %i is %s', (text, scale, units) => expect(parseDecimal(text, scale)).toBe(units));

  it.each([
    '',
    ' ',
    '+1',
    '01',
    '-01',
    '.5',
    '5.',
    '1e3',
    '1,0',
    '1.0.0',
    '--1',
    '0x10',
    '１',
    ' 1',
    '1 ',
    '1\n',
    'NaN',
    '-',
    '1.-5',
  ])('%j is none', (text) => {
    expect(isDecimal(text)).toBe(false);
    expect(parseDecimal(text, 8)).toBe('MALFORMED');
  });

  it('has at most 64 characters', () => {
    expect([isDecimal('1'.repeat(64)), isDecimal('1'.repeat(65))]).toEqual([true, false]);
  });

  it('reads as it was written, in its shortest form', () => {
    fc.assert(
      fc.property(fc.bigInt(-MAX_UNITS, MAX_UNITS), fc.integer({ min: 0, max: 12 }), (units, scale) => {
        const text = formatDecimal(units, scale);
        expect(parseDecimal(text, scale)).toBe(units);
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
      }),
    );
  });

  it.each([
    [0n, 2, '0'],
    [5n, 2, '0.05'],
    [-5n, 2, '-0.05'],
    [50n, 2, '0.5'],
    [1_500_000n, 6, '1.5'],
    [100n, 2, '1'],
    [100n, 0, '100'],
  ] as const)('of %i units at scale %i is %s', (units, scale, text) => expect(formatDecimal(units, scale)).toBe(text));
});

it.each([
  ['1', '1'],
  ['10', '10'],
  ['1.0', '1'],
  ['1.50', '1.5'],
  ['-0.10', '-0.1'],
  ['123456789012345678901234567890.000', '123456789012345678901234567890'],
  ['1.', '1.'],
  ['01.0', '01.0'],
  ['x.0', 'x.0'],
])('%s is %s at its shortest', (text, shortest) => expect(shortestDecimal(text)).toBe(shortest));

describe('a quotient', () => {
  it('is rounded up, or half up', () => {
    expect([0n, 1n, 3n, 4n, 5n].map((amount) => divideUp(amount, 4n))).toEqual([0n, 1n, 1n, 1n, 2n]);
    expect([0n, 1n, 2n, 5n, 6n, 7n].map((amount) => divideHalfUp(amount, 4n))).toEqual([0n, 0n, 1n, 1n, 2n, 2n]);
    expect([divideHalfUp(1n, 3n), divideHalfUp(2n, 3n)]).toEqual([0n, 1n]);
  });

  it('has powers of ten of any size', () => {
    expect([tenTo(0), tenTo(1), tenTo(39), tenTo(40), tenTo(41)]).toEqual([
      1n,
      10n,
      10n ** 39n,
      10n ** 40n,
      10n ** 41n,
    ]);
  });

  it('is the average price, half up at twelve decimals', () => {
    const scales = { baseScale: 2, quoteScale: 4 };
    expect(averagePrice(10_0000n, 4_00n, scales)).toBe('2.5');
    expect(averagePrice(1_0000n, 3_00n, scales)).toBe('0.333333333333');
    expect(averagePrice(2_0000n, 3_00n, scales)).toBe('0.666666666667');
  });
});
