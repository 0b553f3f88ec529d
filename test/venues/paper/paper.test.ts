import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../src/limits.ts';
import type { Instrument } from '../../../src/market/instrument.ts';
import { createPaperVenue, type PaperOptions } from '../../../src/venues/paper/paper.ts';
import type { Report, VenueOrder } from '../../../src/venues/venue.ts';
import { listed } from '../../support/listed.ts';
import { asText, countingIds, venueOrder } from './support.ts';

const at = new Date('2026-01-05T14:30:00.000Z');

const open = (options: Partial<PaperOptions> = {}) => {
  const venue = createPaperVenue({
    instruments: [listed('AAPL'), listed('BTC-USD')],
    clock: { now: () => at },
    ids: countingIds(),
    seed: 1,
    tick_ms: 0,
    makers: true,
    log: { info: () => {} },
    ...options,
  });
  const heard: (readonly Report[])[] = [];
  venue.onReports((reports) => heard.push(reports));
  return { venue, heard };
};

const kinds = (heard: readonly (readonly Report[])[]) => heard.map((reports) => reports.map(({ kind }) => kind));

describe('the paper venue', () => {
  it('hands over the reports of what came together as one list, in order', () => {
    const { venue, heard } = open();
    venue.submit([venueOrder('maker', { side: 'SELL' }), venueOrder('taker', { leavesQty: 15n })]);
    venue.cancel([
      { orderId: 'taker', accountId: 'account-taker', symbol: 'AAPL' },
      { orderId: 'maker', accountId: 'account-maker', symbol: 'AAPL' },
    ]);
    expect(kinds(heard)).toEqual([
      ['ACKNOWLEDGED', 'ACKNOWLEDGED', 'TRADE'],
      ['CANCELED', 'CANCEL_REFUSED'],
    ]);
  });

  it('hands over no more than a bounded number of orders at once', () => {
    const { venue, heard } = open();
    const most = limits.venue.together;
    venue.submit(Array.from({ length: 2 * most + 1 }, (_, at) => venueOrder(`order${at}`)));
    expect(heard.map(({ length }) => length)).toEqual([most, most, 1]);
    const orders = heard.flat().map((report) => 'orderId' in report && report.orderId);
    expect(orders).toEqual(Array.from({ length: 2 * most + 1 }, (_, at) => `order${at}`));
  });

  it('keeps the order of reports when a listener gives it another command', () => {
    const { venue, heard } = open();
    venue.onReports((reports) => {
      if (reports.some((report) => report.kind === 'TRADE')) venue.submit([venueOrder('answer')]);
    });
    const late: string[][] = [];
    venue.onReports((reports) => late.push(reports.map(({ kind }) => kind)));
    venue.submit([venueOrder('maker', { side: 'SELL' }), venueOrder('taker')]);
    expect(late).toEqual([['ACKNOWLEDGED', 'ACKNOWLEDGED', 'TRADE'], ['ACKNOWLEDGED']]);
    expect(late).toEqual(kinds(heard));
  });

  it('quotes both sides of every instrument from the start, and nothing unknown', () => {
    const { venue } = open();
    expect(venue.quote('AAPL')).toEqual({
      symbol: 'AAPL',
      bid: null,
      ask: null,
      bidSize: 0n,
      askSize: 0n,
      last: null,
      at,
    });
    venue.start();
    for (const symbol of ['AAPL', 'BTC-USD']) {
      const quote = venue.quote(symbol)!;
      expect(quote.bid! < quote.ask! && quote.bidSize > 0n && quote.askSize > 0n).toBe(true);
    }
    expect(venue.quote('NONE')).toBeUndefined();
    expect(venue.bookOf('NONE', 5)).toBeUndefined();
  });

  it('fills a market order against the makers, whose side of the trade has no order', () => {
    const { venue, heard } = open();
    venue.start();
    const { ask, bid } = venue.quote('AAPL')!;
    venue.submit([
      venueOrder('taker', { type: 'MARKET', timeInForce: 'IOC', worstPrice: ask! * 2n, leavesQty: 50_000n }),
    ]);
    expect(heard[0]![1]).toMatchObject({ kind: 'TRADE', price: ask, qty: 50_000n, takerSide: 'BUY', maker: null });
    expect(venue.quote('AAPL')).toMatchObject({ last: ask, bid });
  });

  it('fills a resting customer once the market has moved through the price', () => {
    const { venue, heard } = open();
    venue.start();
    const { bid, ask } = venue.quote('AAPL')!;
    venue.submit([venueOrder('patient', { worstPrice: (bid! + ask!) / 2n, leavesQty: 1n })]);
    for (let tick = 0; tick < 5_000 && heard.length === 1; tick += 1) venue.tick();
    expect(heard[1]).toMatchObject([
      { kind: 'TRADE', price: (bid! + ask!) / 2n, taker: null, maker: { orderId: 'patient' } },
    ]);
  });

  it('keeps every book two-sided and uncrossed over thousands of ticks among customers', () => {
    const { venue } = open();
    venue.start();
    for (let tick = 0; tick < 2_000; tick += 1) {
      const { bid, ask } = venue.quote('AAPL')!;
      if (!(bid !== null && ask !== null && bid < ask)) expect({ tick, bid, ask }).toBe('a sound book');
      const side = tick % 3 === 0 ? 'BUY' : 'SELL';
      const worstPrice = side === 'BUY' ? bid! - BigInt(tick % 7) : ask! + BigInt(tick % 5);
      venue.submit([venueOrder(`order-${tick}`, { side, worstPrice, leavesQty: 30_000n })]);
      venue.tick();
    }
    expect(venue.bookOf('AAPL', 1_000)!.asks.length).toBeGreaterThan(10);
  });

  it('restores the same book from the open orders, without saying anything', () => {
    const side = fc.constantFrom<'BUY' | 'SELL'>('BUY', 'SELL');
    const orders = fc.array(fc.record({ side, worstPrice: fc.bigInt(90n, 110n), leavesQty: fc.bigInt(1n, 40n) }));
    fc.assert(
      fc.property(orders, (list) => {
        const before = open();
        const leaves = new Map<string, VenueOrder>();
        for (const [index, more] of list.entries()) {
          const order = venueOrder(`${index}`, { ...more, place: BigInt(index + 1) });
          leaves.set(order.orderId, order);
          before.venue.submit([order]);
        }
        for (const report of before.heard.flat()) {
          if (report.kind !== 'TRADE') continue;
          for (const side of [report.taker, report.maker]) {
            const order = leaves.get(side!.orderId)!;
            leaves.set(order.orderId, { ...order, leavesQty: order.leavesQty - report.qty });
          }
        }
        const openOrders = [...leaves.values()].filter(({ leavesQty }) => leavesQty > 0n);
        const after = open();
        after.venue.restore(openOrders);
        expect(after.heard).toEqual([]);
        expect(after.venue.bookOf('AAPL', 100)).toEqual(before.venue.bookOf('AAPL', 100));
        // Time priority too: a sweep of each side meets the same orders in the same order.
        for (const [taker, worstPrice] of [
          ['BUY', 1_000n],
          ['SELL', 1n],
        ] as const) {
          const sweep = venueOrder('sweep', {
            orderId: `sweep-${taker}`,
            side: taker,
            worstPrice,
            leavesQty: 100_000n,
            timeInForce: 'IOC',
          });
          const [one, other] = [before, after].map(({ venue, heard }) => {
            venue.submit([sweep]);
            return heard.at(-1)!.map((report) => ({ ...report, tradeId: '', place: null }));
          });
          expect(asText(one)).toBe(asText(other));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('matches restored orders that cross, and takes them from then on as known', () => {
    const { venue, heard } = open();
    const orders = [venueOrder('early', { side: 'SELL' }), venueOrder('late', { leavesQty: 15n, worstPrice: 103n })];
    venue.restore(orders);
    expect(heard).toMatchObject([
      [{ kind: 'TRADE', price: 100n, qty: 10n, takerSide: 'BUY', maker: { orderId: 'early' } }],
    ]);
    venue.submit(orders);
    expect(heard).toHaveLength(1);
    expect(venue.bookOf('AAPL', 5)).toEqual({ bids: [{ price: 103n, qty: 5n }], asks: [] });
  });

  it('rebuilds one instrument from the database’s orders and leaves the others alone', () => {
    const { venue, heard } = open();
    venue.start();
    venue.submit([
      venueOrder('wrong'),
      venueOrder('kept', { leavesQty: 3n }),
      venueOrder('coin', { symbol: 'BTC-USD' }),
    ]);
    venue.restore([venueOrder('kept', { leavesQty: 3n })], 'AAPL');
    const lowest = (symbol: string) => venue.bookOf(symbol, 100)!.bids.at(-1);
    expect(lowest('AAPL')).toEqual({ price: 100n, qty: 3n });
    expect(lowest('BTC-USD')).toEqual({ price: 100n, qty: 10n });
    expect(venue.quote('AAPL')!.ask).not.toBeNull();
    venue.submit([venueOrder('wrong')]);
    expect(kinds(heard).at(-1)).toEqual(['ACKNOWLEDGED']);
  });

  it('starts where trading left off', () => {
    const { venue } = open({ lastPrices: new Map([['AAPL', 30_000n]]) });
    expect(venue.quote('AAPL')!.last).toBe(30_000n);
    venue.start();
    const { bid, ask, last } = venue.quote('AAPL')!;
    expect(last! > bid! && last! < ask!).toBe(true);
    expect(bid! > 29_900n && ask! < 30_100n).toBe(true);
  });

  it('withdraws the makers of a halted instrument until it is resumed', () => {
    const halted: Instrument = listed('BTC-USD', { status: 'HALTED' });
    const { venue } = open({ instruments: [listed('AAPL'), halted] });
    venue.start();
    expect(venue.quote('BTC-USD')!.bid).toBeNull();
    venue.resume('BTC-USD');
    expect(venue.quote('BTC-USD')!.bid).not.toBeNull();
    venue.halt('AAPL');
    venue.tick();
    expect(venue.quote('AAPL')).toMatchObject({ bid: null, ask: null });
  });

  it('has no price but that of customers when it runs without makers', () => {
    const { venue, heard } = open({ makers: false });
    venue.start();
    venue.tick();
    expect(venue.quote('AAPL')).toMatchObject({ bid: null, ask: null, last: null });
    venue.submit([venueOrder('maker', { side: 'SELL' }), venueOrder('taker', { leavesQty: 4n })]);
    expect(kinds(heard).at(-1)).toEqual(['ACKNOWLEDGED', 'ACKNOWLEDGED', 'TRADE']);
    expect(venue.quote('AAPL')).toMatchObject({ bid: null, ask: 100n, askSize: 6n, last: 100n });
  });

  it('ticks by itself until stopped', async () => {
    const { venue } = open({ tick_ms: 1 });
    venue.start();
    const first = asText(venue.bookOf('AAPL', 9));
    while (asText(venue.bookOf('AAPL', 9)) === first) await new Promise((done) => setTimeout(done, 1));
    venue.stop();
    const last = asText(venue.bookOf('AAPL', 9));
    await new Promise((done) => setTimeout(done, 20));
    expect(asText(venue.bookOf('AAPL', 9))).toBe(last);
  });
});
