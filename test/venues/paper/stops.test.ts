import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/venues/paper/engine.ts';
import type { VenueOrder } from '../../../src/venues/venue.ts';
import { countingIds, venueOrder } from './support.ts';

const listing = {
  symbol: 'AAPL',
  tickSize: 1n,
  collarBps: 500,
  lotSize: 1n,
  priceScale: 2,
  baseScale: 6,
  quoteScale: 8,
};

/** A desk whose makers quote a hundred on both sides, a tick around the reference. */
const open = () => {
  const engine = createEngine({ ids: countingIds(), listings: [listing] });
  const tick = (reference: bigint) => {
    const quotes = [
      { side: 'SELL' as const, price: reference + 1n, qty: 100n },
      { side: 'BUY' as const, price: reference - 1n, qty: 100n },
    ];
    return engine.execute({ kind: 'QUOTES', symbol: 'AAPL', reference, quotes });
  };
  tick(100n);
  const told = (kind: 'SUBMIT' | 'RESTORE') => (orderId: string, more: Partial<VenueOrder>) =>
    engine.execute({ kind, order: venueOrder(orderId, more) });
  return { engine, tick, submit: told('SUBMIT'), restore: told('RESTORE') };
};

const stop = { type: 'STOP', side: 'SELL', stopPrice: 95n, worstPrice: 50n } as const;
const names = (reports: readonly { kind: string; orderId?: string }[]) =>
  reports.map(({ kind, orderId }) => `${kind} ${orderId ?? ''}`.trim());

describe('stops', () => {
  it('wait, acknowledged, until the mark is at their price, and then trade at the market', () => {
    const { tick, submit } = open();
    expect(names(submit('a', stop))).toEqual(['ACKNOWLEDGED a']);
    expect(tick(96n)).toEqual([]);
    expect(tick(95n)).toMatchObject([
      { kind: 'TRIGGERED', orderId: 'a' },
      { kind: 'TRADE', price: 94n, qty: 10n, taker: { orderId: 'a' } },
    ]);
  });

  it('are triggered at once when the market is through their price already', () => {
    expect(names(open().submit('a', { ...stop, stopPrice: 100n }))).toEqual(['ACKNOWLEDGED a', 'TRIGGERED a', 'TRADE']);
  });

  it('rest as a limit order, or end at their collar, when nobody meets their price', () => {
    const { engine, tick, submit } = open();
    submit('limit', { ...stop, type: 'STOP_LIMIT', worstPrice: 95n });
    expect(names(tick(95n))).toEqual(['TRIGGERED limit']);
    expect(engine.desk('AAPL')?.book.best('SELL')).toMatchObject({ price: 95n, qty: 10n });
    submit('collar', { ...stop, side: 'BUY', stopPrice: 105n, worstPrice: 105n });
    expect(names(tick(105n))).toEqual(['TRADE', 'TRIGGERED collar', 'CANCELED collar']);
  });

  it('sell within the collar of the best bid when they are reached, however far the market has gapped past them', () => {
    const { engine, submit } = open();
    // Without the makers: bids at a collar from each other and beyond it.
    engine.execute({ kind: 'HALT', symbol: 'AAPL' });
    engine.execute({ kind: 'RESUME', symbol: 'AAPL' });
    submit('stop', { ...stop, worstPrice: 91n, leavesQty: 8n });
    submit('limit', { ...stop, type: 'STOP_LIMIT', worstPrice: 91n });
    submit('trails', { ...stop, type: 'TRAILING_STOP', trail: { price: 3n }, trailPeak: 100n, stopPrice: 97n });
    for (const [price, leavesQty] of [
      [60n, 5n],
      [57n, 4n],
      [56n, 40n],
    ] as const)
      submit(`bid-${price}`, { worstPrice: price, leavesQty });
    const said = submit('sells', { side: 'SELL', worstPrice: 60n, leavesQty: 1n });
    expect(names(said.slice(2))).toEqual([
      'TRIGGERED trails',
      'TRADE',
      'TRADE',
      'CANCELED trails',
      'TRIGGERED stop',
      'TRADE',
      'TRIGGERED limit',
    ]);
    expect(said.flatMap((report) => (report.kind === 'TRADE' ? [[report.price, report.qty]] : []))).toEqual([
      [60n, 1n],
      [60n, 4n],
      // Down to 57, which is 60 less 5 %; nothing is left there, so the next one measures from 56.
      [57n, 4n],
      [56n, 8n],
    ]);
    expect(said).toContainEqual(expect.objectContaining({ orderId: 'trails', reason: 'NO_LIQUIDITY_WITHIN_COLLAR' }));
    expect(engine.desk('AAPL')?.book.best('SELL')).toMatchObject({ price: 91n, qty: 10n });
  });

  it('end without a trade when nobody bids at all', () => {
    const { engine, submit } = open();
    engine.execute({ kind: 'HALT', symbol: 'AAPL' });
    engine.execute({ kind: 'RESUME', symbol: 'AAPL' });
    expect(submit('a', { ...stop, stopPrice: 100n })).toMatchObject([
      { kind: 'ACKNOWLEDGED' },
      { kind: 'TRIGGERED' },
      { kind: 'CANCELED', reason: 'NO_LIQUIDITY_WITHIN_COLLAR' },
    ]);
  });

  it('buy at no more than the tighter of both: what they hold for, and the collar of the best offer', () => {
    const { engine, submit, tick } = open();
    engine.execute({ kind: 'HALT', symbol: 'AAPL' });
    engine.execute({ kind: 'RESUME', symbol: 'AAPL' });
    submit('near', { side: 'SELL', worstPrice: 80n, leavesQty: 1n });
    submit('far', { side: 'SELL', worstPrice: 85n });
    const buy = { ...stop, side: 'BUY', stopPrice: 90n, worstPrice: 95n, leavesQty: 2n } as const;
    // 84 is the collar of the best offer, 95 its own.
    expect(submit('offer', buy).slice(1)).toMatchObject([
      { kind: 'TRIGGERED' },
      { kind: 'TRADE', price: 80n, qty: 1n },
      { kind: 'CANCELED', reason: 'NO_LIQUIDITY_WITHIN_COLLAR' },
    ]);
    submit('gapped', { ...buy, stopPrice: 101n, worstPrice: 106n });
    engine.execute({ kind: 'CANCEL', orderId: 'far', accountId: 'account-far', symbol: 'AAPL' });
    // Offered at 121, which is more than it holds.
    expect(names(tick(120n))).toEqual(['TRIGGERED gapped', 'CANCELED gapped']);
  });

  it('are foreseen by the same collar', () => {
    const { engine, submit, tick } = open();
    submit('bid', { worstPrice: 80n, leavesQty: 4n });
    engine.execute({ kind: 'HALT', symbol: 'AAPL' });
    engine.execute({ kind: 'RESUME', symbol: 'AAPL' });
    const order = venueOrder('a', { ...stop, stopPrice: 100n, worstPrice: 95n });
    const foreseen = engine.desk('AAPL')?.preview(order) ?? [];
    expect(foreseen).toMatchObject([
      { kind: 'ACKNOWLEDGED' },
      { kind: 'TRIGGERED' },
      { kind: 'TRADE', price: 80n, qty: 4n },
      { kind: 'CANCELED', reason: 'NO_LIQUIDITY_WITHIN_COLLAR' },
    ]);
    expect(names(submit('a', order))).toEqual(['ACKNOWLEDGED a', 'TRIGGERED a', 'TRADE', 'CANCELED a']);
    expect(tick(90n)).toEqual([]);
  });

  it('go in the order in which the market comes by, then of arrival, and trigger each other by their trades', () => {
    const { tick, submit } = open();
    submit('buyer', { worstPrice: 86n, leavesQty: 10n });
    submit('far', { ...stop, stopPrice: 86n });
    submit('late', { ...stop, stopPrice: 94n, leavesQty: 40n });
    submit('near', { ...stop, stopPrice: 95n, leavesQty: 60n });
    submit('last', { ...stop, stopPrice: 94n });
    expect(names(tick(90n))).toEqual([
      'TRIGGERED near',
      'TRADE',
      'TRIGGERED late',
      'TRADE',
      'TRIGGERED last',
      'TRADE',
      'TRIGGERED far',
      'CANCELED far',
    ]);
  });

  it('are not sold for what two customers trade far from what the makers say', () => {
    const { engine, submit } = open();
    const cent = { accountId: 'one', side: 'BUY', worstPrice: 1n, leavesQty: 1_001n } as const;
    submit('victim', { ...stop, leavesQty: 1_000n });
    submit('trails', { ...stop, type: 'TRAILING_STOP', stopPrice: null, trail: { price: 4n } });
    submit('bid', cent);
    // What the makers bid for, and one more: at a cent.
    const said = submit('hit', { accountId: 'two', side: 'SELL', worstPrice: 1n, leavesQty: 101n });
    expect(names(said)).toEqual(['ACKNOWLEDGED hit', 'TRADE', 'TRADE']);
    expect(engine.desk('AAPL')?.last()).toBe(99n);
    // A trade that is near enough triggers them, and yet they are not sold at a cent.
    submit('near', { accountId: 'three', side: 'BUY', worstPrice: 95n });
    const near = submit('sale', { accountId: 'two', side: 'SELL', worstPrice: 95n });
    expect(near.filter(({ kind }) => kind === 'TRADE')).toHaveLength(1);
    expect(names(near)).toContain('CANCELED victim');
  });

  it('trail the best mark by a distance or by hundredths of a percent, a tick further away rather than nearer', () => {
    const { tick, submit } = open();
    const trailing = { ...stop, type: 'TRAILING_STOP', stopPrice: null } as const;
    expect(submit('price', { ...trailing, trail: { price: 4n } })).toMatchObject([
      { kind: 'ACKNOWLEDGED' },
      { kind: 'TRAILED', trailPeak: 100n, stopPrice: 96n },
    ]);
    submit('bps', { ...trailing, trail: { bps: 250 } });
    expect(tick(110n)).toMatchObject([
      { kind: 'TRAILED', orderId: 'price', trailPeak: 110n, stopPrice: 106n },
      { kind: 'TRAILED', orderId: 'bps', trailPeak: 110n, stopPrice: 107n },
    ]);
    expect(tick(108n)).toEqual([]);
    // The first one's trade, at 106, is what the second one waited for.
    expect(names(tick(107n))).toEqual(['TRIGGERED bps', 'TRADE', 'TRIGGERED price', 'TRADE']);
    expect(submit('buy', { ...trailing, side: 'BUY', worstPrice: 200n, trail: { bps: 250 } })[1]).toMatchObject({
      stopPrice: 109n,
    });
  });

  it('take their collar with them when they trail, and never make it wider', () => {
    const { tick, submit } = open();
    const trailing = { ...stop, type: 'TRAILING_STOP', stopPrice: null } as const;
    submit('sell', { ...trailing, trail: { price: 4n } });
    submit('tight', { ...trailing, trail: { price: 4n }, worstPrice: 195n });
    expect(tick(200n)).toMatchObject([
      { orderId: 'sell', stopPrice: 196n, worstPrice: 186n },
      { orderId: 'tight', stopPrice: 196n, worstPrice: 195n },
    ]);
    // Of a sale it is what is reckoned with; what it sells at hangs on the best bid when it is reached.
    expect(tick(150n)).toMatchObject([
      { kind: 'TRIGGERED' },
      { kind: 'TRADE', price: 149n, taker: { orderId: 'sell' } },
      { kind: 'TRIGGERED' },
      { kind: 'TRADE', price: 149n, taker: { orderId: 'tight' } },
    ]);
    const buy = { ...trailing, side: 'BUY', trail: { bps: 250 } } as const;
    expect(submit('buy', { ...buy, worstPrice: 900n })[1]).toMatchObject({ stopPrice: 153n, worstPrice: 161n });
    expect(tick(100n)).toMatchObject([{ orderId: 'buy', stopPrice: 103n, worstPrice: 109n }]);
  });

  it('say nothing of a better mark that rounding leaves without effect', () => {
    const { tick, submit } = open();
    submit('bps', { ...stop, type: 'TRAILING_STOP', trail: { bps: 9_900 }, stopPrice: 1n });
    expect(tick(101n)).toEqual([]);
    expect(tick(200n)).toMatchObject([{ kind: 'TRAILED', trailPeak: 200n, stopPrice: 2n }]);
  });

  it('come back after a restart as they were: with their peak, or as what they had become', () => {
    const { tick, restore } = open();
    const trailing = { ...stop, type: 'TRAILING_STOP', trail: { price: 4n } } as const;
    expect(restore('trails', { ...trailing, trailPeak: 120n, stopPrice: 116n })).toEqual([]);
    expect(restore('became', { ...stop, type: 'STOP_LIMIT', worstPrice: 99n, triggered: true })).toMatchObject([
      { kind: 'TRADE', price: 99n, taker: { orderId: 'became' } },
    ]);
    // The makers are not there yet, so nothing says what the market is: it keeps to what it came with.
    expect(names(restore('reached', { ...stop, worstPrice: 100n, triggered: true }))).toEqual(['CANCELED reached']);
    expect(names(tick(117n))).toEqual([]);
    expect(names(tick(116n))).toEqual(['TRIGGERED trails', 'TRADE']);
  });

  it('are cancelled and replaced like any order, and go with the session', () => {
    const { engine, tick, submit } = open();
    for (const id of ['a', 'b', 'c']) submit(id, stop);
    const name = (orderId: string) => ({ orderId, accountId: `account-${orderId}`, symbol: 'AAPL' });
    expect(names(engine.execute({ kind: 'CANCEL', ...name('a') }))).toEqual(['CANCELED a']);
    const replacement = {
      ...name('b'),
      newOrderId: 'd',
      qtyChange: -4n,
      worstPrice: null,
      stopPrice: 98n,
      trail: null,
    };
    expect(names(engine.execute({ kind: 'REPLACE', replacement }))).toEqual(['REPLACED b']);
    expect(tick(98n)).toMatchObject([
      { kind: 'TRIGGERED', orderId: 'd' },
      { kind: 'TRADE', qty: 6n },
    ]);
    expect(engine.execute({ kind: 'CLOSE', symbol: 'AAPL' })).toEqual([]);
    expect(tick(90n)).toEqual([]);
    engine.execute({ kind: 'OPEN', symbol: 'AAPL' });
    expect(tick(90n)).toEqual([]);
    expect(engine.desk('AAPL')?.last()).toBe(90n);
  });

  it('stay halted through the opening of a session', () => {
    const { engine, submit } = open();
    for (const kind of ['HALT', 'CLOSE', 'OPEN'] as const) engine.execute({ kind, symbol: 'AAPL' });
    expect(submit('a', {})).toMatchObject([{ kind: 'DEFERRED', reason: 'INSTRUMENT_HALTED' }]);
  });
});

describe('a group', () => {
  it('lets one of its orders trade, even when one incoming order reaches two of them', () => {
    const { engine, submit } = open();
    // Without the makers, only the group's orders are there to trade with.
    engine.execute({ kind: 'HALT', symbol: 'AAPL' });
    engine.execute({ kind: 'RESUME', symbol: 'AAPL' });
    const member = { side: 'SELL', accountId: 'ann', group: 'list' } as const;
    submit('near', { ...member, worstPrice: 105n, leavesQty: 4n });
    submit('far', { ...member, worstPrice: 106n });
    submit('stop', { ...member, ...stop });
    expect(names(submit('whole', { worstPrice: 110n, timeInForce: 'FOK' }))).toEqual([
      'ACKNOWLEDGED whole',
      'CANCELED whole',
    ]);
    expect(names(submit('taker', { worstPrice: 110n }))).toEqual([
      'ACKNOWLEDGED taker',
      'TRADE',
      'CANCELED far',
      'CANCELED stop',
    ]);
    expect(submit('late', { ...member, worstPrice: 107n })[1]).toMatchObject({ reason: 'GROUP_SETTLED' });
  });
});
