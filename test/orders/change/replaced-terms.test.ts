import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OrderRow } from '../../../src/lane/rows.ts';
import { collarPrice, type Instrument } from '../../../src/market/instrument.ts';
import { replacedBy, replacedNow, replacementOf } from '../../../src/orders/change/replaced-terms.ts';
import { trailOf } from '../../../src/orders/terms.ts';
import { venueReplacementOf } from '../../../src/orders/venue/venue-order.ts';
import { trailedStop } from '../../../src/venues/trail.ts';
import type { Trail } from '../../../src/venues/venue.ts';

const instrument = { symbol: 'AAPL', tickSize: 5n, collarBps: 700 } as Instrument;
const unchanged = { qty: null, limitPrice: null, stopPrice: null, trail: null, clientOrderId: null };

const side = fc.constantFrom<'BUY' | 'SELL'>('BUY', 'SELL');
const ticks = fc.bigInt(1n, 400n).map((count) => count * 5n);
const trails = fc.oneof(
  fc.tuple(ticks, ticks).map(([price, other]): [Trail, Trail] => [{ price }, { price: other }]),
  fc
    .tuple(fc.integer({ min: 1, max: 9_000 }), fc.integer({ min: 1, max: 9_000 }))
    .map(([bps, other]): [Trail, Trail] => [{ bps }, { bps: other }]),
);
const collarAt = (way: 'BUY' | 'SELL', stop: bigint): bigint => collarPrice(instrument, way, { bid: stop, ask: stop })!;

const trailing = (way: 'BUY' | 'SELL', trail: Trail, trailPeak: bigint): OrderRow => {
  const stopPrice = trailedStop(way, trail, trailPeak, instrument.tickSize);
  const own =
    'price' in trail ? { trailPrice: trail.price, trailBps: null } : { trailPrice: null, trailBps: trail.bps };
  const terms = { side: way, qty: 50n, limitPrice: null, stopPrice, trailPeak, worstPrice: collarAt(way, stopPrice) };
  return { type: 'TRAILING_STOP', ...terms, ...own, triggeredAt: null } as OrderRow;
};

const asked = (order: OrderRow, changes: object) =>
  replacementOf(order, { changes: { ...unchanged, ...changes }, newOrderId: 'next', instrument });

test('a trailing stop stands by its new trail from the best price so far, then and when its venue has answered', () => {
  fc.assert(
    fc.property(side, trails, fc.bigInt(1_000n, 2_000n), fc.bigInt(0n, 500n), (way, [old, next], half, better) => {
      const peak = half * 10n;
      const order = trailing(way, old, peak);
      const replacement = asked(order, { trail: next, qty: 20n });
      const stands = trailedStop(way, next, peak, instrument.tickSize);
      const after = replacedBy(order, replacement);
      expect([after.qty, after.trailPeak, after.stopPrice, trailOf(after)]).toEqual([20n, peak, stands, next]);
      if (stands !== order.stopPrice) expect(after.worstPrice).toBe(collarAt(way, stands));
      expect(replacedNow(order, replacement, instrument)).toEqual(after);
      // It is kept as JSON meanwhile.
      expect(JSON.parse(JSON.stringify(replacement))).toEqual(replacement);

      const moved = trailing(way, old, way === 'BUY' ? peak - better * 5n : peak + better * 5n);
      const now = replacedNow(moved, replacement, instrument);
      expect(now.stopPrice).toBe(trailedStop(way, next, moved.trailPeak!, instrument.tickSize));
      // What is held for it was reckoned when it was asked.
      expect(way === 'BUY' ? now.worstPrice <= after.worstPrice : now.worstPrice >= after.worstPrice).toBe(true);
      // Its own stop stays where its venue has it while its trail does.
      const fewer = replacedNow(moved, asked(order, { qty: 7n }), instrument);
      expect(fewer).toEqual({ ...moved, qty: 7n });
    }),
  );
});

test('a stop keeps its collar where it stays, and has a new one where it goes', () => {
  const stop = {
    ...trailing('BUY', { price: 5n }, 1_000n),
    type: 'STOP',
    trailPrice: null,
    worstPrice: 9_000n,
  } as OrderRow;
  expect(asked(stop, { qty: 10n })).toMatchObject({ qtyChange: '-40', stopPrice: '1005', worstPrice: '9000' });
  expect(asked(stop, { stopPrice: 2_000n })).toMatchObject({ qtyChange: '0', stopPrice: '2000', worstPrice: '2140' });
});

test('its venue is told of the new trail, and of no stop price where the stop was reached', () => {
  const order = trailing('SELL', { bps: 100 }, 1_000n);
  const replacement = asked(order, { trail: { bps: 250 }, qty: 40n });
  const told = { newOrderId: 'next', qtyChange: -10n, stopPrice: 975n, worstPrice: collarAt('SELL', 975n) };
  expect(venueReplacementOf({ ...order, replacement })).toMatchObject({ ...told, trail: { bps: 250 } });
  const fewer = asked(order, { qty: 40n });
  expect(venueReplacementOf({ ...order, replacement: fewer })).toMatchObject({ stopPrice: 990n, trail: null });
  const reached = { ...order, replacement: fewer, triggeredAt: new Date(0) };
  expect(venueReplacementOf(reached)).toMatchObject({ stopPrice: null, trail: null });
});

test('a stop that was reached was reached where it stood', () => {
  const limit = { type: 'STOP_LIMIT', trailPrice: null, trailPeak: null, limitPrice: 900n, worstPrice: 900n };
  const order = { ...trailing('BUY', { price: 5n }, 1_000n), ...limit } as OrderRow;
  const replacement = asked(order, { stopPrice: 2_000n, limitPrice: 950n });
  const terms = { limitPrice: 950n, worstPrice: 950n };
  expect(replacedNow(order, replacement, instrument)).toMatchObject({ ...terms, stopPrice: 2_000n });
  const reached = { ...order, triggeredAt: new Date(0) };
  expect(replacedNow(reached, replacement, instrument)).toMatchObject({ ...terms, stopPrice: 1_005n });
});
