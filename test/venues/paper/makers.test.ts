import { describe, expect, it } from 'vitest';
import { collarPrice, tradeValue } from '../../../src/market/instrument.ts';
import { createMaker } from '../../../src/venues/paper/makers.ts';
import { createRandom } from '../../../src/venues/paper/random.ts';
import { allListed, listed } from '../../support/listed.ts';
import { bookOf } from './support.ts';

const plain = { postOnly: false, budget: null, group: null };

const bySide = (quotes: readonly { side: string; price: bigint }[], side: string): bigint[] =>
  quotes.filter((quote) => quote.side === side).map(({ price }) => price);

describe('market makers', () => {
  it('quote both sides at distinct ticks in whole lots and never cross, within bounds, for thousands of steps', () => {
    for (const instrument of allListed()) {
      const maker = createMaker({ instrument, seed: 7, start: instrument.referencePrice });
      const prices = new Set<bigint>();
      for (let step = 0; step < 3_000; step += 1) {
        const quotes = maker.next();
        const [bids, asks] = [bySide(quotes, 'BUY'), bySide(quotes, 'SELL')];
        prices.add(asks[0]!);
        const fits = quotes.every(
          ({ price, qty }) =>
            price > 0n && price % instrument.tickSize === 0n && qty > 0n && qty % instrument.lotSize === 0n,
        );
        const ordered =
          bids.every((bid, at) => at === 0 || bid < bids[at - 1]!) &&
          asks.every((ask, at) => at === 0 || ask > asks[at - 1]!);
        const bounded = asks[0]! < instrument.referencePrice * 3n && bids[0]! > instrument.referencePrice / 3n;
        if (!(fits && ordered && bounded && bids.length >= 5 && asks.length >= 5 && bids[0]! < asks[0]!)) {
          expect({ symbol: instrument.symbol, step, bids, asks }).toBe('a sound set of quotes');
        }
      }
      expect(prices.size, `${instrument.symbol} moves`).toBeGreaterThan(1);
    }
  });

  it('come back towards the reference when they start far from it', () => {
    const instrument = listed('AAPL');
    const start = (instrument.referencePrice * 19n) / 10n;
    const maker = createMaker({ instrument, seed: 3, start });
    for (let step = 0; step < 20_000; step += 1) maker.next();
    expect(bySide(maker.next(), 'SELL')[0]!).toBeLessThan(start - instrument.referencePrice / 4n);
  });

  it('keep the middle within half and twice the reference, wherever they are told to start', () => {
    const instrument = listed('AAPL');
    const { referencePrice, tickSize } = instrument;
    for (let seed = 0; seed < 50; seed += 1) {
      for (const start of [1n, referencePrice * 100n]) {
        const quotes = createMaker({ instrument, seed, start }).next();
        const twice = bySide(quotes, 'BUY')[0]! + bySide(quotes, 'SELL')[0]!;
        expect(twice).toBeGreaterThanOrEqual(referencePrice - tickSize);
        expect(twice).toBeLessThanOrEqual(referencePrice * 4n + tickSize);
      }
    }
  });

  it('fill an ordinary market order of 100,000 within its collar, at several levels', () => {
    for (const instrument of allListed()) {
      const book = bookOf();
      const maker = createMaker({ instrument, seed: 11, start: instrument.referencePrice });
      for (const [index, { side, price, qty }] of maker.next().entries()) {
        book.add({
          orderId: `${index}`,
          accountId: null,
          side,
          type: 'LIMIT',
          timeInForce: 'GTC',
          leavesQty: qty,
          worstPrice: price,
          ...plain,
        });
      }
      for (const side of ['BUY', 'SELL'] as const) {
        const quote = { bid: book.best('BUY')!.price, ask: book.best('SELL')!.price };
        const lots = (100_000n * 10n ** 8n) / tradeValue(instrument, quote.ask, instrument.lotSize);
        const { fills, ended } = book.add({
          orderId: side,
          accountId: 'ann',
          side,
          type: 'MARKET',
          timeInForce: 'IOC',
          leavesQty: lots * instrument.lotSize,
          worstPrice: collarPrice(instrument, side, quote)!,
          ...plain,
        });
        expect([instrument.symbol, ended]).toEqual([instrument.symbol, null]);
        expect(fills.length, instrument.symbol).toBeGreaterThan(1);
      }
    }
  });

  it('depend on nothing but the seed and the symbol', () => {
    const quotes = (symbol: string, seed: number) => {
      const instrument = listed(symbol);
      const maker = createMaker({ instrument, seed, start: instrument.referencePrice });
      return Array.from({ length: 50 }, () => maker.next());
    };
    expect(quotes('AAPL', 1)).toEqual(quotes('AAPL', 1));
    expect(quotes('AAPL', 1)).not.toEqual(quotes('AAPL', 2));
  });
});

describe('the random source', () => {
  it('draws the same integers on every machine', () => {
    const random = createRandom(1, 'AAPL');
    expect(Array.from({ length: 6 }, () => random(1_000n))).toEqual([700n, 593n, 739n, 704n, 741n, 317n]);
  });

  it('covers its range evenly and never leaves it', () => {
    const random = createRandom(42, 'any');
    const counts = new Map<bigint, number>();
    for (let draw = 0; draw < 60_000; draw += 1) {
      const value = random(6n);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([0n, 1n, 2n, 3n, 4n, 5n]);
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});
