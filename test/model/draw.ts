import fc from 'fast-check';
import type { Correction } from './amend.ts';
import type { Changes } from './change.ts';
import { factsOf, text } from './facts.ts';
import type { ListType } from './lists.ts';
import type { PlaceInput } from './place.ts';
import { owners, START } from './server.ts';
import type { Order, Side, Trade, Type } from './state.ts';

/** Inputs: on a narrow market, so that orders meet, share levels, stand in their own way and trigger each other. */

export const who = fc.constantFrom(...owners);
export const symbol = fc.constantFrom('AAPL', 'AAPL', 'AAPL', 'SHIB-USD');
const side = fc.constantFrom<Side>('BUY', 'SELL');
const seldom = <T>(value: fc.Arbitrary<T>, freq = 8) =>
  fc
    .option(value, { nil: undefined, freq: 1 })
    .chain((one) => fc.nat({ max: freq }).map((lot) => (lot === 0 ? one : undefined)));
export const key = seldom(fc.constantFrom('k1', 'k2'), 4);
const clientOrderId = seldom(fc.constantFrom('a', 'b', 'c', 'd', ' bad'), 4);

const sizes: Record<string, readonly string[]> = {
  AAPL: ['0.0001', '0.5', '1', '1.0', '3.7', '10', '40', '100000'],
  'SHIB-USD': ['1000', '50000', '2000000', '2000000', '9000000000000'],
};
const badSizes = ['0', '-1', '0.00001', '1500.5'];
const size = (name: string, drawn: number): string => sizes[name]![drawn % sizes[name]!.length]!;
/** Steps around the middle of the market. */
const price = (name: string, steps: number): string =>
  name === 'AAPL'
    ? `${100 + Math.trunc(steps / 2)}.${steps % 2 === 0 ? '00' : '50'}`
    : `0.${String(950 + steps * 4).padStart(8, '0')}`;
const badPrices = ['0', '-3', '100.001', '0.000000001'];
const steps = fc.integer({ min: -5, max: 5 });
const trail: Record<string, readonly [string, string]> = {
  AAPL: ['2', '1.25'],
  'SHIB-USD': ['0.0000001', '0.00000004'],
};

const type = fc.constantFrom<Type>(
  ...(['LIMIT', 'LIMIT', 'LIMIT', 'LIMIT', 'MARKET', 'MARKET', 'STOP', 'STOP_LIMIT', 'TRAILING_STOP'] as const),
);

const fault = seldom(
  fc.constantFrom('qty', 'price', 'surplus', 'missing', 'symbol', 'account', 'timeInForce', 'postOnly', 'both'),
  10,
);

const parts = fc.record({
  symbol,
  side,
  type,
  size: fc.nat({ max: 30 }),
  limit: steps,
  stop: steps,
  trail: fc.constantFrom(0, 1, 2, 3),
  timeInForce: fc.constantFrom(undefined, undefined, 'GTC' as const, 'DAY' as const, 'IOC' as const, 'FOK' as const),
  postOnly: fc.constantFrom(undefined, undefined, undefined, undefined, true),
  notional: fc.constantFrom(undefined, undefined, '10', '500', '25000', '0.00001'),
  expires: fc.constantFrom(undefined, undefined, undefined, undefined, 1, 4, -1),
  clientOrderId,
  fault,
  bad: fc.nat({ max: 3 }),
});
type Parts = typeof parts extends fc.Arbitrary<infer T> ? T : never;

const spoilt = (input: PlaceInput, { fault: kind, bad }: Parts): PlaceInput => {
  if (kind === 'qty') return { ...input, qty: badSizes[bad]! };
  if (kind === 'price') return { ...input, limitPrice: badPrices[bad]! };
  if (kind === 'surplus') return { ...input, limitPrice: price(input.symbol, 0), stopPrice: price(input.symbol, 1) };
  if (kind === 'missing') return { ...input, limitPrice: undefined as never, stopPrice: undefined as never };
  if (kind === 'symbol') return { ...input, symbol: 'NOPE' };
  if (kind === 'account') return { ...input, accountId: owners[bad % 3]! };
  if (kind === 'timeInForce') return { ...input, timeInForce: 'IOC' };
  if (kind === 'postOnly') return { ...input, postOnly: true };
  return kind === 'both' ? { ...input, notional: '10' } : input;
};

const present = <T extends object>(input: T): T =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as T;

const inputOf = (drawn: Parts): PlaceInput => {
  const { symbol: name, side: way, type: kind } = drawn;
  const isByCash = kind === 'MARKET' && drawn.notional !== undefined;
  const isTrailing = kind === 'TRAILING_STOP';
  const mayRest = kind !== 'MARKET' && drawn.timeInForce !== 'IOC' && drawn.timeInForce !== 'FOK';
  const input = {
    symbol: name,
    side: way,
    type: kind,
    timeInForce: kind.includes('STOP') && !mayRest ? undefined : drawn.timeInForce,
    qty: isByCash ? undefined : size(name, drawn.size),
    notional: isByCash ? drawn.notional : undefined,
    limitPrice: kind.includes('LIMIT') ? price(name, drawn.limit) : undefined,
    stopPrice: kind === 'STOP' || kind === 'STOP_LIMIT' ? price(name, drawn.stop) : undefined,
    trailPrice: isTrailing && drawn.trail < 2 ? trail[name]![drawn.trail === 0 ? 0 : 1] : undefined,
    trailPercent: isTrailing && drawn.trail >= 2 ? ['2.25', '100'][drawn.trail - 2] : undefined,
    postOnly: kind === 'LIMIT' && mayRest ? drawn.postOnly : undefined,
    expiresAt:
      mayRest && drawn.expires !== undefined ? new Date(START + drawn.expires * 3_600_000).toISOString() : undefined,
    clientOrderId: drawn.clientOrderId,
  };
  return present(spoilt(input as PlaceInput, drawn));
};

export const order = parts.map(inputOf);

/** An order that two may have at once, and trade. */
export const meeting = fc.record({ symbol, size: fc.nat({ max: 3 }), at: steps }).map(
  ({ symbol: name, size: drawn, at }): Omit<PlaceInput, 'side'> => ({
    ...{ symbol: name, type: 'LIMIT', qty: size(name, drawn), limitPrice: price(name, at) },
  }),
);

/** Orders that mostly make a list: exits on the other side of the entry, at prices that do not contradict each other. */
export const list = fc
  .record({
    type: fc.constantFrom<ListType>('OCO', 'OTO', 'BRACKET', 'BRACKET'),
    entry: parts,
    gaps: fc.tuple(fc.integer({ min: -1, max: 5 }), fc.integer({ min: -1, max: 5 })),
    stop: fc.constantFrom<Type>('STOP', 'STOP_LIMIT', 'TRAILING_STOP'),
    names: fc.tuple(clientOrderId, clientOrderId),
    day: fc.nat({ max: 5 }).map((drawn) => drawn === 0),
    wide: fc.nat({ max: 9 }).map((drawn) => drawn === 0),
    odd: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, undefined, 'short', 'sides', 'qty'),
  })
  .map(({ type: kind, entry, gaps, stop, names, day, wide, odd }) => {
    const { symbol: name, size: drawn } = entry;
    const way: Side = kind === 'OCO' ? entry.side : entry.side === 'BUY' ? 'SELL' : 'BUY';
    const away = way === 'SELL' ? 1 : -1;
    const timeInForce = day ? ('DAY' as const) : undefined;
    const base = { symbol: name, side: odd === 'sides' ? entry.side : way, qty: size(name, drawn), timeInForce };
    const profit = {
      ...base,
      type: 'LIMIT',
      limitPrice: price(name, entry.limit + away * gaps[0]),
      clientOrderId: names[0],
    };
    const stopAt = price(name, entry.limit - away * gaps[1]);
    const protects = {
      ...base,
      type: stop,
      stopPrice: stop === 'TRAILING_STOP' ? undefined : stopAt,
      limitPrice: stop === 'STOP_LIMIT' ? price(name, entry.limit - away * (gaps[1] + 1)) : undefined,
      trailPrice: stop === 'TRAILING_STOP' && !wide ? trail[name]![0] : undefined,
      trailPercent: stop === 'TRAILING_STOP' && wide ? '99.99' : undefined,
      qty: odd === 'qty' ? size(name, drawn + 1) : base.qty,
      clientOrderId: names[1],
    };
    const first = inputOf({ ...entry, notional: undefined, postOnly: undefined, fault: undefined });
    const exits = kind === 'OTO' ? [gaps[0] % 2 === 0 ? profit : protects] : [profit, protects];
    const orders = kind === 'OCO' ? exits : [first, ...exits];
    return { type: kind, orders: orders.slice(odd === 'short' ? 1 : 0).map((each) => present(each as PlaceInput)) };
  });

export const pick = fc.record({
  pick: fc.nat({ max: 12 }),
  any: fc.nat({ max: 7 }).map((drawn) => drawn === 0),
  byName: fc.boolean(),
  stranger: seldom(who, 10),
});
export type Pick = typeof pick extends fc.Arbitrary<infer T> ? T : never;

export const changes = fc.record({
  what: fc.constantFrom('qty', 'limit', 'stop', 'both', 'all', 'none', 'bad', 'trail', 'trail', 'both trails'),
  size: fc.nat({ max: 30 }),
  limit: steps,
  stop: steps,
  trail: fc.nat({ max: 5 }),
  odd: fc.nat({ max: 7 }).map((drawn) => drawn === 0),
  newClientOrderId: seldom(fc.constantFrom('a', 'b', 'c', 'x', 'y'), 3),
});

const trailAt = (name: string, drawn: number): string => [...trail[name]!, ...trail[name]!, '2000', '0'][drawn]!;
const percents = ['0.5', '2.25', '0.01', '10', '99.99', '0.555'];

export type Meeting = typeof meeting extends fc.Arbitrary<infer T> ? T : never;

/** A stop that the market is past by more than the collar of either instrument. */
export const gapped = ({ symbol: name, qty }: Meeting, way: Side): PlaceInput =>
  present({
    symbol: name,
    side: way,
    type: 'STOP',
    qty,
    stopPrice: price(name, way === 'SELL' ? 30 : -30),
  } as PlaceInput);

/** The changes, on the scale of the order's instrument; mostly such as the order takes. */
export const changesFor = (
  { symbol: name, limitPrice, stopPrice, trailBps }: Order,
  { what, ...drawn }: typeof changes extends fc.Arbitrary<infer T> ? T : never,
): Changes => {
  const limit = price(name, drawn.limit);
  const stop = price(name, drawn.stop);
  const trails = what === 'trail' || what === 'both trails';
  // Mostly the one that the order has, if it trails at all.
  const isBoth = what === 'trail' && drawn.size > 20;
  const byPercent = drawn.odd ? trailBps === null : trailBps !== null;
  const all = {
    qty: what === 'qty' || what === 'both' || what === 'all' || isBoth ? size(name, drawn.size) : undefined,
    limitPrice: what === 'limit' || (what !== 'qty' && limitPrice !== null && what !== 'none') ? limit : undefined,
    stopPrice: what === 'stop' || (what === 'all' && stopPrice !== null) ? stop : undefined,
    trailPrice: trails && (!byPercent || what !== 'trail') ? trailAt(name, drawn.trail) : undefined,
    trailPercent: trails && (byPercent || what !== 'trail') ? percents[drawn.trail] : undefined,
    newClientOrderId: drawn.newClientOrderId,
  };
  return present(what === 'bad' ? { ...all, limitPrice: badPrices[drawn.size % 4] } : all) as Changes;
};

/** A trailing stop that somebody may have, and what to ask of it then: mostly trails, some at the market or through it. */
export const trailed = fc.record({
  of: fc
    .record({ side, byPercent: fc.boolean(), at: fc.nat({ max: 1 }) })
    .map(({ side: way, byPercent, at }) => (name: string): PlaceInput => {
      const own = byPercent ? { trailPercent: percents[at]! } : { trailPrice: trail[name]![at]! };
      return { symbol: name, side: way, type: 'TRAILING_STOP', qty: size(name, 1), ...own };
    }),
  asks: fc.array(
    fc.record({
      key,
      changes: changes.map((drawn) => (drawn.limit < 2 ? { ...drawn, what: 'trail' as const } : drawn)),
    }),
    { minLength: 2, maxLength: 4 },
  ),
});

export const correction = fc.record({
  what: fc.constantFrom('price', 'price', 'qty', 'both', 'same', 'bad'),
  up: fc.integer({ min: -2, max: 2 }),
  part: fc.constantFrom(1n, 2n, 4n, 5n),
});

/** Mostly one that both orders allow: a price near the one before, a part of the quantity. */
export const correctionFor = (
  { symbol: name, price: was, qty }: Trade,
  { what, up, part }: typeof correction extends fc.Arbitrary<infer T> ? T : never,
): Correction => {
  const { priceScale, baseScale, lot } = factsOf(name);
  const asked = (qty * part) / 4n;
  const all = {
    price: what === 'qty' ? undefined : text(was + (what === 'same' ? 0n : BigInt(up)), priceScale),
    qty: what === 'price' ? undefined : text(what === 'same' ? qty : asked - (asked % lot), baseScale),
  };
  return present(what === 'bad' ? { ...all, price: badPrices[Number(part) % 4]! } : all) as Correction;
};

export const scope = fc
  .record({
    symbol: fc.constantFrom(undefined, undefined, 'AAPL', 'NOPE'),
    side: fc.constantFrom(undefined, undefined, 'BUY', 'SELL'),
  })
  .map((drawn) => present(drawn) as { symbol?: string; side?: string });
export const direction = fc.constantFrom<'deposit' | 'withdraw'>('deposit', 'withdraw');
export const amount = fc.constantFrom(
  '0.01',
  '10',
  '10.00',
  '999.99',
  '25000',
  '190000',
  '0',
  '-5',
  '1.001',
  '100000000.01',
);
