import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Command, createEngine } from '../../../src/venues/paper/engine.ts';
import { createMaker, type Maker } from '../../../src/venues/paper/makers.ts';
import { listed } from '../../support/listed.ts';
import { asText, countingIds, venueOrder } from './support.ts';

const symbols = ['AAPL', 'BTC-USD'];
const engineOf = () => createEngine({ ids: countingIds(), listings: symbols.map((symbol) => listed(symbol)) });
const kinds = (reports: readonly { kind: string }[]): string[] => reports.map(({ kind }) => kind);

const order = fc
  .record({
    orderId: fc.nat(60).map((number) => `order-${number}`),
    accountId: fc.constantFrom('ann', 'bob', 'cleo'),
    symbol: fc.constantFrom(...symbols),
    side: fc.constantFrom<'BUY' | 'SELL'>('BUY', 'SELL'),
    type: fc.constantFrom<'LIMIT' | 'MARKET'>('LIMIT', 'LIMIT', 'MARKET'),
    timeInForce: fc.constantFrom<'GTC' | 'IOC' | 'FOK'>('GTC', 'GTC', 'IOC', 'FOK'),
    leavesQty: fc.bigInt(1n, 50_000n),
    worstPrice: fc.bigInt(22_800n, 23_200n),
  })
  .map(({ orderId, ...more }) => venueOrder(orderId, more));

/** What may be asked of the engine; maker quotes are made by makers with the given seed while it runs. */
type Ask = Exclude<Command, { kind: 'QUOTES' }> | { kind: 'TICK'; symbol: string };
const asks: fc.Arbitrary<Ask[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: order.map((submitted): Ask => ({ kind: 'SUBMIT', order: submitted })) },
    { weight: 2, arbitrary: order.map((canceled): Ask => ({ kind: 'CANCEL', ...canceled })) },
    { weight: 2, arbitrary: fc.constantFrom(...symbols).map((symbol): Ask => ({ kind: 'TICK', symbol })) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom('HALT' as const, 'RESUME' as const, 'CLEAR' as const),
        symbol: fc.constantFrom(...symbols),
      }),
    },
  ),
  { minLength: 30, maxLength: 120 },
);

const quotesOf = (symbol: string, maker: Maker): Command => {
  const quotes = maker.next();
  return { kind: 'QUOTES', symbol, reference: maker.reference(), quotes };
};

const replay = (seed: number, list: readonly Ask[]): string => {
  const engine = engineOf();
  const makers = new Map(
    symbols.map((symbol) => {
      const instrument = listed(symbol, { referencePrice: 23_000n });
      return [symbol, createMaker({ instrument, seed, start: 23_000n })];
    }),
  );
  return list
    .map((ask) => (ask.kind === 'TICK' ? quotesOf(ask.symbol, makers.get(ask.symbol)!) : ask))
    .map((command) => asText(engine.execute(command)))
    .join('\n');
};

describe('the paper engine', () => {
  it('writes the same log for the same seed and commands', () => {
    fc.assert(
      fc.property(fc.nat(), asks, (seed, list) => {
        expect(replay(seed, list)).toBe(replay(seed, list));
      }),
      { numRuns: 60 },
    );
  });

  it('writes another log for another seed', () => {
    const ticks: Ask[] = Array.from({ length: 5 }, () => ({ kind: 'TICK', symbol: 'AAPL' }));
    const list: Ask[] = [
      ...ticks,
      { kind: 'SUBMIT', order: venueOrder('taker', { type: 'MARKET', worstPrice: 24_000n, leavesQty: 1_000_000n }) },
    ];
    expect(replay(1, list)).not.toBe(replay(2, list));
  });

  it('acknowledges first, then reports the trades, then the end of the rest', () => {
    const engine = engineOf();
    engine.execute({ kind: 'SUBMIT', order: venueOrder('maker', { side: 'SELL', leavesQty: 4n }) });
    const reports = engine.execute({ kind: 'SUBMIT', order: venueOrder('taker', { timeInForce: 'IOC' }) });
    expect(reports).toEqual([
      { kind: 'ACKNOWLEDGED', orderId: 'taker', accountId: 'account-taker', symbol: 'AAPL', place: 2n },
      {
        kind: 'TRADE',
        tradeId: 'id-1',
        symbol: 'AAPL',
        price: 100n,
        qty: 4n,
        takerSide: 'BUY',
        taker: { orderId: 'taker', accountId: 'account-taker' },
        maker: { orderId: 'maker', accountId: 'account-maker' },
      },
      { kind: 'CANCELED', orderId: 'taker', accountId: 'account-taker', symbol: 'AAPL', reason: 'IOC_REMAINDER' },
    ]);
  });

  it('ignores an order that comes again, whether it rests, was filled or was cancelled', () => {
    const engine = engineOf();
    const [rests, filled, canceled] = [
      venueOrder('rests', { worstPrice: 90n }),
      venueOrder('filled', { leavesQty: 5n }),
      venueOrder('canceled', { timeInForce: 'IOC', worstPrice: 1n }),
    ];
    engine.execute({ kind: 'SUBMIT', order: venueOrder('maker', { side: 'SELL' }) });
    for (const each of [rests, filled, canceled]) engine.execute({ kind: 'SUBMIT', order: each });
    for (const each of [rests, filled, canceled]) expect(engine.execute({ kind: 'SUBMIT', order: each })).toEqual([]);
    expect(engine.desk('AAPL')?.book.depth('SELL', 9)).toEqual([{ price: 100n, qty: 5n }]);
    expect(engine.desk('AAPL')?.book.depth('BUY', 9)).toEqual([{ price: 90n, qty: 10n }]);
  });

  it('cancels what rests and refuses the rest with the reason', () => {
    const engine = engineOf();
    const cancel = (orderId: string, accountId = `account-${orderId}`, symbol = 'AAPL') =>
      engine.execute({ kind: 'CANCEL', orderId, accountId, symbol });
    engine.execute({ kind: 'SUBMIT', order: venueOrder('rests') });
    engine.execute({ kind: 'SUBMIT', order: venueOrder('gone', { side: 'SELL', leavesQty: 4n }) });
    const refused = { kind: 'CANCEL_REFUSED', symbol: 'AAPL' };
    expect(cancel('gone')).toMatchObject([{ ...refused, orderId: 'gone', reason: 'TOO_LATE_TO_CANCEL' }]);
    expect(cancel('never')).toMatchObject([{ ...refused, orderId: 'never', reason: 'UNKNOWN_ORDER' }]);
    expect(cancel('rests', 'somebody-else')[0]?.kind).toBe('CANCEL_REFUSED');
    expect(cancel('rests', undefined, 'NONE')).toMatchObject([{ kind: 'CANCEL_REFUSED', symbol: 'NONE' }]);
    expect(cancel('rests')).toMatchObject([{ kind: 'CANCELED', reason: 'CANCELED_BY_CUSTOMER' }]);
    expect(engine.desk('AAPL')?.book.best('BUY')).toBeUndefined();
  });

  it('gives places that are later than those of all that came back, in whatever order it came', () => {
    const engine = engineOf();
    const restore = (orderId: string, place: bigint | null) =>
      engine.execute({ kind: 'RESTORE', order: venueOrder(orderId, { place }) });
    const next = (orderId: string) => engine.execute({ kind: 'SUBMIT', order: venueOrder(orderId) });
    for (const [orderId, place] of [
      ['one', 7n],
      ['two', 3n],
      ['three', null],
    ] as const)
      restore(orderId, place);
    expect(next('four')).toMatchObject([{ kind: 'ACKNOWLEDGED', place: 8n }]);
    restore('five', 8n);
    expect(next('six')).toMatchObject([{ kind: 'ACKNOWLEDGED', place: 9n }]);
  });

  it('lets an order keep its place when a replacement changes nothing of its price and quantity', () => {
    const engine = engineOf();
    for (const id of ['first', 'second']) engine.execute({ kind: 'SUBMIT', order: venueOrder(id) });
    const name = { orderId: 'first', accountId: 'account-first', symbol: 'AAPL', newOrderId: 'renamed' };
    engine.execute({
      kind: 'REPLACE',
      replacement: { ...name, qtyChange: 0n, worstPrice: 100n, stopPrice: null, trail: null },
    });
    const reports = engine.execute({ kind: 'SUBMIT', order: venueOrder('taker', { side: 'SELL' }) });
    expect(reports[1]).toMatchObject({ kind: 'TRADE', maker: { orderId: 'renamed' } });
  });

  it('replaces an order in its place while the price stays and the quantity does not grow', () => {
    const engine = engineOf();
    for (const id of ['first', 'second', 'third']) engine.execute({ kind: 'SUBMIT', order: venueOrder(id) });
    const replace = (orderId: string, newOrderId: string, qtyChange: bigint, worstPrice: bigint | null = null) =>
      engine.execute({
        kind: 'REPLACE',
        replacement: {
          orderId,
          accountId: `account-${orderId}`,
          symbol: 'AAPL',
          newOrderId,
          qtyChange,
          worstPrice,
          stopPrice: null,
          trail: null,
        },
      });
    expect(replace('first', 'less', -3n)).toMatchObject([{ kind: 'REPLACED', newOrderId: 'less', leavesQty: 7n }]);
    expect(replace('second', 'more', 2n)).toMatchObject([{ kind: 'REPLACED', newOrderId: 'more', leavesQty: 12n }]);
    expect(replace('third', 'none', -10n)).toMatchObject([{ kind: 'REPLACED', newOrderId: 'none', leavesQty: 0n }]);
    expect(replace('third', 'again', 5n)).toMatchObject([{ kind: 'REPLACE_REFUSED', reason: 'TOO_LATE_TO_REPLACE' }]);
    expect(engine.desk('AAPL')?.book.depth('BUY', 9)).toEqual([{ price: 100n, qty: 19n }]);
  });

  it('fills a resting customer at the customer’s price when a quote moves through it', () => {
    const engine = engineOf();
    engine.execute({ kind: 'SUBMIT', order: venueOrder('patient', { worstPrice: 95n }) });
    const quotes = [
      { side: 'SELL' as const, price: 93n, qty: 4n },
      { side: 'BUY' as const, price: 91n, qty: 9n },
    ];
    expect(engine.execute({ kind: 'QUOTES', symbol: 'AAPL', reference: 92n, quotes })).toMatchObject([
      { price: 95n, qty: 4n, takerSide: 'SELL', taker: null, maker: { orderId: 'patient' } },
    ]);
    expect(engine.desk('AAPL')?.last()).toBe(92n);
  });

  it('replaces all quotes of the makers at once', () => {
    const engine = engineOf();
    const quote = (price: bigint) => [{ side: 'SELL' as const, price, qty: 9n }];
    for (const price of [93n, 97n])
      engine.execute({ kind: 'QUOTES', symbol: 'AAPL', reference: price, quotes: quote(price) });
    expect(engine.desk('AAPL')?.book.depth('SELL', 9)).toEqual([{ price: 97n, qty: 9n }]);
  });

  it('matches nothing while halted, keeps the customers’ orders and lets them be cancelled', () => {
    const engine = engineOf();
    engine.execute({ kind: 'SUBMIT', order: venueOrder('rests') });
    engine.execute({
      kind: 'QUOTES',
      symbol: 'AAPL',
      reference: 104n,
      quotes: [{ side: 'SELL', price: 105n, qty: 9n }],
    });
    engine.execute({ kind: 'HALT', symbol: 'AAPL' });
    expect(engine.desk('AAPL')?.book.best('SELL')).toBeUndefined();
    const late = engine.execute({ kind: 'SUBMIT', order: venueOrder('late', { side: 'SELL' }) });
    expect(late).toMatchObject([{ kind: 'DEFERRED', reason: 'INSTRUMENT_HALTED' }]);
    const now = engine.execute({ kind: 'SUBMIT', order: venueOrder('now', { side: 'SELL', timeInForce: 'IOC' }) });
    expect(now).toMatchObject([{ kind: 'ACKNOWLEDGED' }, { kind: 'CANCELED', reason: 'INSTRUMENT_HALTED' }]);
    const crossing = [{ side: 'SELL' as const, price: 99n, qty: 9n }];
    expect(engine.execute({ kind: 'QUOTES', symbol: 'AAPL', reference: 98n, quotes: crossing })).toEqual([]);
    engine.execute({ kind: 'RESUME', symbol: 'AAPL' });
    expect(kinds(engine.execute({ kind: 'SUBMIT', order: venueOrder('after', { side: 'SELL' }) }))).toEqual([
      'ACKNOWLEDGED',
      'TRADE',
    ]);
  });
});

describe('an instrument that is halted at a restart', () => {
  const buys = (orderId: string, more: object = {}) => venueOrder(orderId, { side: 'BUY', worstPrice: 100n, ...more });
  const sells = (orderId: string, more: object = {}) =>
    venueOrder(orderId, { side: 'SELL', worstPrice: 100n, ...more });
  const halted = () => {
    const engine = engineOf();
    engine.execute({ kind: 'HALT', symbol: 'AAPL' });
    const restore = (order: ReturnType<typeof venueOrder>) => engine.execute({ kind: 'RESTORE', order });
    return { engine, restore };
  };

  it('trades nothing: what must trade at once is cancelled, what crosses waits for the resumption', () => {
    const { engine, restore } = halted();
    expect(restore(buys('rests'))).toEqual([]);
    for (const more of [
      { type: 'MARKET' },
      { timeInForce: 'IOC' },
      { timeInForce: 'FOK' },
      { type: 'STOP', triggered: true },
    ]) {
      const orderId = JSON.stringify(more);
      expect(restore(sells(orderId, more))).toMatchObject([{ kind: 'CANCELED', orderId, reason: 'INSTRUMENT_HALTED' }]);
    }
    expect(restore(sells('crosses', { worstPrice: 95n }))).toEqual([]);
    expect(restore(buys('better', { worstPrice: 105n }))).toEqual([]);
    expect(
      engine.execute({ kind: 'CANCEL', orderId: 'better', accountId: 'account-better', symbol: 'AAPL' }),
    ).toMatchObject([{ kind: 'CANCELED' }]);
    expect(engine.execute({ kind: 'RESUME', symbol: 'AAPL' })).toMatchObject([
      { kind: 'TRADE', price: 100n, taker: { orderId: 'crosses' }, maker: { orderId: 'rests' } },
    ]);
  });

  it('lets one order of a group trade at the resumption', () => {
    const { engine, restore } = halted();
    const pair = { accountId: 'ann', group: 'pair' };
    for (const order of [buys('rests', { leavesQty: 20n }), sells('one', pair), sells('other', pair)]) restore(order);
    expect(engine.execute({ kind: 'RESUME', symbol: 'AAPL' })).toMatchObject([
      { kind: 'TRADE', taker: { orderId: 'one' } },
      { kind: 'CANCELED', orderId: 'other', reason: 'GROUP_SETTLED' },
    ]);
  });

  it('makes what it keeps smaller where it stands, and that meets the book at the resumption', () => {
    const { engine, restore } = halted();
    for (const order of [buys('rests', { leavesQty: 20n }), sells('one'), sells('two')]) restore(order);
    const asked = { orderId: 'one', accountId: 'account-one', symbol: 'AAPL', stopPrice: null, trail: null };
    const replace = (newOrderId: string, qtyChange: bigint, worstPrice: bigint | null = null) =>
      engine.execute({ kind: 'REPLACE', replacement: { ...asked, newOrderId, qtyChange, worstPrice } });
    expect(replace('cheaper', 0n, 95n)).toMatchObject([{ kind: 'REPLACE_REFUSED', reason: 'INSTRUMENT_HALTED' }]);
    expect(replace('larger', 1n)).toMatchObject([{ kind: 'REPLACE_REFUSED', reason: 'INSTRUMENT_HALTED' }]);
    expect(replace('less', -6n)).toMatchObject([{ kind: 'REPLACED', newOrderId: 'less', leavesQty: 4n }]);
    expect(engine.execute({ kind: 'RESUME', symbol: 'AAPL' })).toMatchObject([
      { kind: 'TRADE', qty: 4n, taker: { orderId: 'less' }, maker: { orderId: 'rests' } },
      { kind: 'TRADE', qty: 10n, taker: { orderId: 'two' }, maker: { orderId: 'rests' } },
    ]);
  });

  it('takes nothing while its session is closed, and everything again when it opens', () => {
    const engine = engineOf();
    engine.execute({ kind: 'CLOSE', symbol: 'AAPL' });
    expect(engine.execute({ kind: 'RESTORE', order: buys('rests') })).toEqual([]);
    expect(engine.execute({ kind: 'SUBMIT', order: buys('rests') })).toMatchObject([
      { kind: 'DEFERRED', reason: 'MARKET_CLOSED' },
    ]);
    engine.execute({ kind: 'OPEN', symbol: 'AAPL' });
    expect(engine.execute({ kind: 'SUBMIT', order: buys('rests') })).toMatchObject([{ kind: 'ACKNOWLEDGED' }]);
  });
});

it('an exit that is replaced into the market trades and shuts its sibling out; one that is taken away ends both', () => {
  const pair = { accountId: 'ann', group: 'pair', side: 'SELL' } as const;
  const submitPair = () => {
    const engine = engineOf();
    engine.execute({ kind: 'SUBMIT', order: venueOrder('bid') });
    engine.execute({ kind: 'SUBMIT', order: venueOrder('profit', { ...pair, worstPrice: 200n }) });
    const stop = { ...pair, type: 'STOP', stopPrice: 50n, worstPrice: 40n } as const;
    engine.execute({ kind: 'SUBMIT', order: venueOrder('loss', stop) });
    return (qtyChange: bigint, worstPrice: bigint | null) => {
      const name = {
        orderId: 'profit',
        accountId: 'ann',
        symbol: 'AAPL',
        newOrderId: 'next',
        stopPrice: null,
        trail: null,
      };
      return engine.execute({ kind: 'REPLACE', replacement: { ...name, qtyChange, worstPrice } });
    };
  };
  const outs = [
    { kind: 'REPLACED' },
    { kind: 'TRADE' },
    { kind: 'CANCELED', orderId: 'loss', reason: 'GROUP_SETTLED' },
  ];
  expect(submitPair()(0n, 100n)).toMatchObject(outs);
  expect(submitPair()(-10n, null)).toMatchObject([outs[0], outs[2]]);
});
