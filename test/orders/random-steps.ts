import fc from 'fast-check';
import { formatDecimal } from '../../src/kernel/decimal.ts';
import type { testClock } from '../support/people.ts';
import type { Customer, TestTrading } from '../support/trading.ts';
import { takeLateExit } from './settle/late-exit-step.ts';
import { takeLate } from './settle/late-step.ts';

/** Random things that customers, operators and time do, near the market of the moment. */

const symbols = ['AAPL', 'BTC-USD'] as const;
const who = fc.nat({ max: 2 });
const symbol = fc.constantFrom(...symbols);
const side = fc.constantFrom('BUY' as const, 'SELL' as const);
const type = fc.constantFrom(
  ...(['LIMIT', 'LIMIT', 'LIMIT', 'LIMIT', 'MARKET', 'MARKET', 'STOP', 'STOP_LIMIT', 'TRAILING_STOP'] as const),
);
const timeInForce = fc.constantFrom(
  undefined,
  'GTC' as const,
  'GTC' as const,
  'DAY' as const,
  'IOC' as const,
  'FOK' as const,
);
/** From dust to more than anybody can pay. */
const qty = fc.constantFrom('0.0001', '0.01', '0.5', '1', '3.7', '40', '100000');
const amount = fc.constantFrom('0.01', '10', '999.99', '25000', '100000000');
/** How far from the market, in hundredths of a percent: some cross it, some rest, some are far away. */
const away = fc.integer({ min: -300, max: 300 });
const pick = fc.nat({ max: 1_000 });
const symbolOrNone = fc.constantFrom(null, ...symbols);

const place = fc.record({
  do: fc.constant('place' as const),
  ...{ who, symbol, side, type, qty, timeInForce, limit: away, stop: away },
  notional: fc.constantFrom(null, null, '0.5', '700', '30000'),
  trail: fc.constantFrom('2', '0.75'),
  postOnly: fc.constantFrom(false, false, false, true),
  minutes: fc.constantFrom(null, null, null, 20, 2_000),
});

const list = fc.record({
  do: fc.constant('list' as const),
  kind: fc.constantFrom('OCO' as const, 'OTO' as const, 'BRACKET' as const, 'BRACKET' as const),
  ...{ who, symbol, side, qty, entry: away },
  type: fc.constantFrom('LIMIT' as const, 'MARKET' as const),
  gaps: fc.tuple(fc.nat({ max: 150 }), fc.nat({ max: 150 })),
  protects: fc.constantFrom('STOP' as const, 'STOP_LIMIT' as const, 'TRAILING_STOP' as const),
});

const replace = fc.record({
  do: fc.constant('replace' as const),
  pick,
  qty: fc.option(qty),
  limit: fc.option(away),
  stop: fc.option(away, { freq: 1 }),
  trail: fc.constantFrom(null, null, null, null, '0.3', '1.5'),
});

const killSwitch = fc.record({
  do: fc.constant('switch' as const),
  scope: fc.constantFrom('VENUE' as const, 'INSTRUMENT' as const, 'ACCOUNT' as const),
  ...{ who, symbol, cancelOpenOrders: fc.boolean(), engaged: fc.constantFrom(true, false, false) },
});

const correct = fc.record({
  do: fc.constant('correct' as const),
  pick,
  price: away,
  part: fc.constantFrom(1n, 2n, 4n),
  covers: fc.boolean(),
});

export const step = fc.oneof(
  { weight: 14, arbitrary: place },
  { weight: 5, arbitrary: list },
  { weight: 5, arbitrary: replace },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), who, pick }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('cancelAll' as const), who, symbol: symbolOrNone, side: fc.option(side) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('deposit' as const), who, amount }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('withdraw' as const), who, amount }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('tick' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const), who, pick, qty }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('halt' as const), symbol, halts: fc.boolean() }) },
  { weight: 1, arbitrary: killSwitch },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hours' as const), sessions: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('time' as const), minutes: fc.constantFrom(1, 30, 240, 1_200) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('limits' as const),
      who,
      value: fc.constantFrom(null, '5000'),
      open: fc.constantFrom(null, 3),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('late' as const),
      ...{ who, symbol, side, pick },
      part: fc.constantFrom(1n, 1n, 2n),
      dry: fc.constantFrom(true, true, false),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('lateExit' as const),
      ...{ who, symbol },
      kind: fc.constantFrom('OTO' as const, 'BRACKET' as const),
      asks: fc.nat({ max: 1 }),
      refused: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('bust' as const), pick, covers: fc.boolean() }) },
  { weight: 1, arbitrary: correct },
);
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type StepOf<Name extends Step['do']> = Extract<Step, { do: Name }>;

export interface Run {
  trading: TestTrading;
  clock: ReturnType<typeof testClock>;
  operator: Customer['by'];
  customers: Customer[];
  orders: { id: string; clientOrderId: string; owner: Customer; symbol: string }[];
}

export const priceNear = ({ trading }: Run, name: string, bps: number): string => {
  const quote = trading.market.quote(name);
  const instrument = trading.market.find(name);
  if (instrument === undefined) throw new Error('no such instrument');
  const now = quote?.bid ?? quote?.last ?? instrument.referencePrice;
  const price = (now * BigInt(10_000 + bps)) / 10_000n;
  return formatDecimal(price - (price % instrument.tickSize), instrument.priceScale);
};

const customerOf = ({ customers }: Run, index: number): Customer => customers[index] as Customer;

const remember = (
  run: Run,
  owner: Customer,
  name: string,
  placed: readonly { id: string; clientOrderId: string }[],
): void => {
  for (const { id, clientOrderId } of placed) run.orders.push({ id, clientOrderId, owner, symbol: name });
};

const placeOne = async (
  run: Run,
  owner: Customer,
  input: Parameters<TestTrading['orders']['place']>[1],
): Promise<void> => {
  const answer = await run.trading.orders.place(owner.by, input);
  if (answer.ok) remember(run, owner, input.symbol, [answer.value]);
};

const takePlace = (run: Run, next: StepOf<'place'>): Promise<void> => {
  const { type: kind, symbol: name } = next;
  const mayRest = kind !== 'MARKET' && next.timeInForce !== 'IOC' && next.timeInForce !== 'FOK';
  const isByCash = kind === 'MARKET' && next.notional !== null;
  const isStop = kind === 'STOP' || kind === 'STOP_LIMIT' || kind === 'TRAILING_STOP';
  return placeOne(run, customerOf(run, next.who), {
    ...{ symbol: name, side: next.side, type: kind },
    timeInForce: isStop && !mayRest ? undefined : next.timeInForce,
    qty: isByCash ? null : next.qty,
    notional: isByCash ? next.notional : null,
    limitPrice: kind === 'LIMIT' || kind === 'STOP_LIMIT' ? priceNear(run, name, next.limit) : null,
    stopPrice: kind === 'STOP' || kind === 'STOP_LIMIT' ? priceNear(run, name, next.stop) : null,
    trailPercent: kind === 'TRAILING_STOP' ? next.trail : null,
    postOnly: kind === 'LIMIT' && mayRest && next.postOnly,
    expiresAt: mayRest && next.minutes !== null ? new Date(run.clock.now().getTime() + next.minutes * 60_000) : null,
  });
};

const takeList = async (run: Run, next: StepOf<'list'>): Promise<void> => {
  const { kind, symbol: name, entry, gaps, protects } = next;
  const exitSide = kind === 'OCO' ? next.side : next.side === 'BUY' ? 'SELL' : 'BUY';
  const up = exitSide === 'SELL' ? 1 : -1;
  const exit = { symbol: name, side: exitSide, qty: next.qty } as const;
  const stopAt = (more: number) => priceNear(run, name, entry - up * (gaps[1] + more));
  const profit = { ...exit, type: 'LIMIT' as const, limitPrice: priceNear(run, name, entry + up * (gaps[0] + 2)) };
  const stop = {
    ...{ ...exit, type: protects },
    stopPrice: protects === 'TRAILING_STOP' ? null : stopAt(2),
    limitPrice: protects === 'STOP_LIMIT' ? stopAt(4) : null,
    trailPercent: protects === 'TRAILING_STOP' ? '0.5' : null,
  };
  const first = {
    ...{ symbol: name, side: next.side, type: next.type, qty: next.qty },
    limitPrice: next.type === 'LIMIT' ? priceNear(run, name, entry) : null,
  };
  const exits = kind === 'OTO' ? [gaps[0] % 2 === 0 ? profit : stop] : [profit, stop];
  const owner = customerOf(run, next.who);
  const answer = await run.trading.orders.placeList(owner.by, {
    type: kind,
    orders: kind === 'OCO' ? exits : [first, ...exits],
  });
  if (answer.ok) remember(run, owner, name, answer.value.orders);
};

const takeReplace = async (run: Run, next: StepOf<'replace'>): Promise<void> => {
  const known = run.orders[run.orders.length - 1 - (next.pick % Math.max(1, Math.min(12, run.orders.length)))];
  if (known === undefined) return;
  const { id, owner, symbol: name } = known;
  const answer = await run.trading.orders.replace(owner.by, {
    ...{ id, qty: next.qty },
    // A trailing stop takes no other price.
    limitPrice: next.limit === null || next.trail !== null ? null : priceNear(run, name, next.limit),
    stopPrice: next.stop === null || next.trail !== null ? null : priceNear(run, name, next.stop),
    trailPercent: next.trail,
  });
  const newOrderId = answer.ok ? (answer.value.replacement?.newOrderId ?? answer.value.replacedById) : null;
  if (newOrderId !== null) remember(run, owner, name, [{ id: newOrderId, clientOrderId: newOrderId }]);
};

const takeAmend = async (run: Run, next: StepOf<'bust' | 'correct'>): Promise<void> => {
  const { trades, database } = run.trading;
  // Often of the entry of a list, whose exits are in the market by then.
  const only = next.pick % 2 === 0 ? `AND order_id IN (SELECT id FROM orders WHERE leg = 'ENTRY')` : '';
  const { rows } = await database.pool.query<{ tradeId: string; symbol: string; qty: bigint }>(
    `SELECT trade_id AS "tradeId", symbol, qty FROM executions WHERE kind = 'TRADE' ${only} ORDER BY sequence`,
  );
  const trade = rows[next.pick % Math.max(1, rows.length)];
  if (trade === undefined) return;
  const named = { tradeId: trade.tradeId, reason: 'It should not have been.', coverShortfall: next.covers };
  if (next.do === 'bust') await trades.bust(run.operator, named);
  else {
    const { baseScale = 0 } = run.trading.market.find(trade.symbol) ?? {};
    const part = formatDecimal((trade.qty * next.part) / 4n, baseScale);
    await trades.correct(run.operator, { ...named, qty: part, price: priceNear(run, trade.symbol, next.price) });
  }
};

/** Time goes on, and what is due is done. */
const takeTime = async ({ clock, trading }: Run, { minutes }: StepOf<'time'>): Promise<void> => {
  clock.advance(minutes * 60_000);
  await trading.sweep();
};

const operate = async (run: Run, next: StepOf<'halt' | 'switch' | 'hours' | 'limits'>): Promise<void> => {
  const { operator: by, trading } = run;
  const reason = 'An operator wants it so.';
  if (next.do === 'hours')
    await trading.controls.setMarketHours(by, { mode: next.sessions ? 'SESSIONS' : 'ALWAYS_OPEN' });
  if (next.do === 'halt') {
    const set = next.halts ? trading.controls.haltInstrument : trading.controls.resumeInstrument;
    await set(by, { symbol: next.symbol, reason });
  }
  if (next.do === 'limits') {
    const { accountId } = customerOf(run, next.who);
    await trading.controls.setAccountLimits(by, {
      accountId,
      maxOrderValue: next.value,
      maxOpenOrders: next.open,
      reason,
    });
  }
  if (next.do === 'switch') {
    const { scope, engaged, cancelOpenOrders } = next;
    const accountId = scope === 'ACCOUNT' ? customerOf(run, next.who).accountId : null;
    const target = { accountId, symbol: scope === 'INSTRUMENT' ? next.symbol : null };
    await trading.controls.setKillSwitch(by, { scope, engaged, cancelOpenOrders, reason, ...target });
    await trading.sweep();
  }
};

export const take = async (run: Run, next: Step): Promise<void> => {
  const { trading } = run;
  const known = 'pick' in next ? run.orders[next.pick % Math.max(1, run.orders.length)] : undefined;
  switch (next.do) {
    case 'tick':
      return trading.venue.tick();
    case 'deposit':
    case 'withdraw':
      await trading.ledger[next.do](customerOf(run, next.who).by, { amount: next.amount });
      return;
    case 'place':
      return takePlace(run, next);
    case 'list':
      return takeList(run, next);
    case 'replace':
      return takeReplace(run, next);
    case 'cancel':
      // Whoever asks: cancelling somebody else's order must do nothing.
      if (known !== undefined) await trading.orders.cancel(customerOf(run, next.who).by, { id: known.id });
      return;
    case 'cancelAll':
      await trading.orders.cancelAll(customerOf(run, next.who).by, { symbol: next.symbol, side: next.side });
      return;
    case 'again':
      if (known === undefined) return;
      return placeOne(run, customerOf(run, next.who), {
        ...{ symbol: known.symbol, side: 'BUY', type: 'MARKET', qty: next.qty, clientOrderId: known.clientOrderId },
      });
    case 'time':
      return takeTime(run, next);
    case 'late':
      return takeLate(run, next);
    case 'lateExit':
      return takeLateExit(run, next);
    case 'bust':
    case 'correct':
      return takeAmend(run, next);
    default:
      return operate(run, next);
  }
};
