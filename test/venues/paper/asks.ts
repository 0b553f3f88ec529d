import fc from 'fast-check';
import type { Command } from '../../../src/venues/paper/engine.ts';
import type { VenueOrder } from '../../../src/venues/venue.ts';

/** Even prices on a narrow market, so that orders meet, share levels, stand in their own way and trigger each other. */
export const tickSize = 2n;
export const lotSize = 3n;
const price = fc.bigInt(45n, 55n).map((half) => half * tickSize);
const lots = fc.bigInt(1n, 12n).map((count) => count * lotSize);
const accountId = fc.constantFrom('ann', 'bob', 'cleo');
const side = fc.constantFrom<'BUY' | 'SELL'>('BUY', 'SELL');
const symbol = 'AAPL';

const type = fc.constantFrom<VenueOrder['type']>('LIMIT', 'LIMIT', 'MARKET', 'STOP', 'STOP_LIMIT', 'TRAILING_STOP');
const trail = fc.oneof(
  fc.record({ price: fc.bigInt(1n, 4n).map((ticks) => ticks * tickSize) }),
  fc.record({ bps: fc.integer({ min: 1, max: 700 }) }),
);

const order = fc
  .record({
    accountId,
    side,
    type,
    timeInForce: fc.constantFrom<VenueOrder['timeInForce']>('GTC', 'GTC', 'DAY', 'IOC', 'FOK'),
    leavesQty: lots,
    worstPrice: price,
    stopPrice: price,
    trail,
    trailPeak: fc.option(price),
    triggered: fc.constantFrom(false, false, false, true),
    postOnly: fc.constantFrom(false, false, true),
    budget: fc.option(fc.bigInt(100n, 3_000n)),
    group: fc.constantFrom(null, null, 'one', 'two'),
    place: fc.constant(null),
  })
  .map((drawn): Omit<VenueOrder, 'orderId'> => {
    const isStop = drawn.type.includes('STOP');
    const isTrailing = drawn.type === 'TRAILING_STOP';
    const isBuyAtMarket = drawn.side === 'BUY' && drawn.type !== 'LIMIT' && drawn.type !== 'STOP_LIMIT';
    return {
      ...drawn,
      symbol,
      // A group is one account's.
      group: drawn.group && `${drawn.accountId}-${drawn.group}`,
      stopPrice: isStop ? drawn.stopPrice : null,
      trail: isTrailing ? drawn.trail : null,
      trailPeak: isTrailing ? drawn.trailPeak : null,
      triggered: isStop && drawn.triggered,
      postOnly: drawn.postOnly && drawn.type.includes('LIMIT'),
      budget: isBuyAtMarket ? drawn.budget : null,
    };
  });

const replacement = fc.record({
  qtyChange: fc.bigInt(-6n, 4n).map((count) => count * lotSize),
  worstPrice: fc.option(price),
  stopPrice: fc.option(price),
  trail: fc.option(trail),
});

const quotes = fc.record({
  reference: price,
  quotes: fc.array(fc.record({ side, price, qty: lots }), { maxLength: 4 }),
});

/** A command of which it is not said yet which order it is about: `at` counts back from the youngest. */
type Ask =
  | { submit: Omit<VenueOrder, 'orderId'>; again: boolean; restored: boolean }
  | { cancel: number; by: string | null }
  | { replace: typeof replacement extends fc.Arbitrary<infer T> ? T : never; at: number; by: string | null }
  | { quote: typeof quotes extends fc.Arbitrary<infer T> ? T : never }
  | { kind: 'HALT' | 'RESUME' | 'CLOSE' | 'OPEN' | 'CLEAR' };

const stranger = fc.constantFrom(...Array.from({ length: 11 }, () => null), 'cleo');
const seldom = fc.integer({ min: 0, max: 15 }).map((drawn) => drawn === 0);
const ask: fc.Arbitrary<Ask> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ submit: order, again: seldom, restored: seldom }) },
  { weight: 3, arbitrary: fc.record({ cancel: fc.nat(12), by: stranger }) },
  { weight: 8, arbitrary: fc.record({ replace: replacement, at: fc.nat(8), by: stranger }) },
  { weight: 6, arbitrary: fc.record({ quote: quotes }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Ask>(
      ...(['HALT', 'RESUME', 'RESUME', 'CLOSE', 'OPEN', 'OPEN', 'CLEAR'] as const).map((kind) => ({ kind })),
    ),
  },
);

/** Says which orders the commands are about: mostly those that came last, by their own accounts. */
const resolve = (list: readonly Ask[]): Command[] => {
  const known: { orderId: string; accountId: string }[] = [];
  const pick = (at: number, by: string | null) => {
    const { orderId, accountId } = known.at(-1 - at) ?? { orderId: 'never', accountId: 'ann' };
    return { orderId, accountId: by ?? accountId };
  };
  return list.map((one, index): Command => {
    if ('submit' in one) {
      const orderId = one.again ? pick(3, null).orderId : `order-${index}`;
      if (!one.again) known.push({ orderId, accountId: one.submit.accountId });
      return { kind: one.restored ? 'RESTORE' : 'SUBMIT', order: { ...one.submit, orderId } };
    }
    if ('cancel' in one) return { kind: 'CANCEL', symbol, ...pick(one.cancel, one.by) };
    if ('replace' in one) {
      const old = pick(one.at, one.by);
      const newOrderId = `order-${index}`;
      known.push({ orderId: newOrderId, accountId: old.accountId });
      return { kind: 'REPLACE', replacement: { ...one.replace, ...old, symbol, newOrderId } };
    }
    return 'quote' in one ? { kind: 'QUOTES', symbol, ...one.quote } : { kind: one.kind, symbol };
  });
};

/** Everything that may be asked of the desk of one instrument. */
export const asks: fc.Arbitrary<Command[]> = fc.array(ask, { minLength: 20, maxLength: 120 }).map(resolve);
