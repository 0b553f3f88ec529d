import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/market/catalogue.ts';
import { allListed } from '../support/listed.ts';

const unique = (values: readonly string[]): boolean => new Set(values).size === values.length;

describe('the catalogue', () => {
  it('has about thirty instruments, stocks and crypto, each once', () => {
    const { instruments, assets } = catalogue;
    expect(instruments).toHaveLength(30);
    expect(instruments.filter(({ kind }) => kind === 'CRYPTO')).toHaveLength(12);
    expect(unique(instruments.map(({ symbol }) => symbol))).toBe(true);
    expect(unique(instruments.map(({ name }) => name))).toBe(true);
    expect(unique(assets.map(({ code }) => code))).toBe(true);
  });

  it('names only assets that it lists, and pays in a currency that is not traded', () => {
    const codes = new Set(catalogue.assets.map(({ code }) => code));
    for (const { baseAsset, quoteAsset } of catalogue.instruments) {
      expect(codes.has(baseAsset) && quoteAsset === 'USD' && baseAsset !== 'USD').toBe(true);
    }
    expect(codes.size).toBe(catalogue.instruments.length + 1);
  });

  it('gives every price and quantity a value that is a whole number of units', () => {
    for (const { symbol, priceScale, baseScale, quoteScale } of allListed()) {
      expect([symbol, priceScale + baseScale <= quoteScale]).toEqual([symbol, true]);
    }
  });

  it('has ticks of at most 20 basis points and reference prices on a tick', () => {
    for (const { symbol, tickSize, referencePrice } of allListed()) {
      expect([symbol, referencePrice % tickSize]).toEqual([symbol, 0n]);
      expect([symbol, tickSize * 10_000n <= referencePrice * 20n]).toEqual([symbol, true]);
    }
  });

  it('has lots that cost less than a dollar', () => {
    for (const { symbol, lotSize, referencePrice, priceScale, baseScale } of allListed()) {
      expect([symbol, referencePrice * lotSize < 10n ** BigInt(priceScale + baseScale)]).toEqual([symbol, true]);
    }
  });

  it('lists symbols that cursors and orders can carry', () => {
    for (const { symbol, kind } of catalogue.instruments) {
      expect(symbol).toMatch(kind === 'STOCK' ? /^[A-Z]{1,5}$/ : /^[A-Z]{2,5}-USD$/);
    }
  });
});
