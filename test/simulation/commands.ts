import { formatDecimal } from '../../src/kernel/decimal.ts';
import type { Trading } from '../../src/trading.ts';
import type { Random } from '../../src/venues/paper/random.ts';

/** What customers ask for, drawn by the seed. */

export interface Person {
  name: string;
  accountId: string;
  by: { userId: string; requestId: string };
}

/** One command under one idempotency key. It may be sent any number of times. */
export interface Command {
  who: Person;
  text: string;
  /** Of one order: what is placed. */
  order?: Input;
  kind: 'place' | 'many' | 'list' | 'replace' | 'cancel' | 'deposit' | 'withdraw';
  send(trading: Trading): Promise<Answer>;
}

export type Answer =
  | Awaited<ReturnType<Trading['services']['ledger']['deposit']>>
  | { ok: boolean; replayed?: boolean };

export const symbols = ['AAPL', 'BTC-USD'] as const;
type Symbol = (typeof symbols)[number];

const quantities = { AAPL: ['0.5', '1', '3.7', '12', '40'], 'BTC-USD': ['0.001', '0.02', '0.3', '1.5'] } as const;
const amounts = ['0.01', '10', '999.99', '25000', '20000000'] as const;

export const pick = <Value>(random: Random, values: readonly Value[]): Value => {
  const value = values[Number(random(BigInt(values.length)))];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
};

/** A price so many hundredths of a percent from the market. */
const priceAt = (trading: Trading, symbol: Symbol, bps: bigint): string => {
  const instrument = trading.services.market.find(symbol);
  if (instrument === undefined) throw new Error('no such instrument');
  const quote = trading.services.market.quote(symbol);
  const mark = quote?.last ?? instrument.referencePrice;
  const price = (mark * (10_000n + bps)) / 10_000n;
  return formatDecimal(price - (price % instrument.tickSize), instrument.priceScale);
};

type Input = Parameters<Trading['services']['orders']['place']>[1];

const near = (random: Random): bigint => random(401n) - 200n;

const limit = (random: Random, trading: Trading, symbol: Symbol): Input => ({
  symbol,
  side: pick(random, ['BUY', 'SELL']),
  type: 'LIMIT',
  qty: pick(random, quantities[symbol]),
  limitPrice: priceAt(trading, symbol, near(random)),
  timeInForce: pick(random, ['GTC', 'GTC', 'GTC', 'DAY', 'IOC', 'FOK']),
});

export const newOrder = (random: Random, trading: Trading, now: Date): Input => {
  const symbol = pick(random, symbols);
  const input = limit(random, trading, symbol);
  const bare = { symbol, side: input.side, qty: input.qty };
  switch (Number(random(10n))) {
    case 0:
      return { ...bare, type: 'MARKET', timeInForce: pick(random, ['GTC', 'IOC', 'FOK']) };
    case 1:
      return { symbol, side: 'BUY', type: 'MARKET', notional: pick(random, ['10', '500', '20000']) };
    case 2:
      return { ...bare, type: 'STOP', stopPrice: priceAt(trading, symbol, near(random)), timeInForce: 'GTC' };
    case 3: {
      const prices = { stopPrice: priceAt(trading, symbol, near(random)), limitPrice: input.limitPrice };
      return { ...bare, type: 'STOP_LIMIT', ...prices, timeInForce: 'GTC' };
    }
    case 4:
      return {
        ...bare,
        type: 'TRAILING_STOP',
        trailPercent: pick(random, ['0.1', '0.3', '1', '5']),
        timeInForce: 'GTC',
      };
    case 5:
      return { ...input, timeInForce: 'GTC', postOnly: true };
    case 6:
      return { ...input, timeInForce: 'GTC', expiresAt: new Date(now.getTime() + 1_000 + Number(random(120_000n))) };
    default:
      return input;
  }
};

/** Exits above and below the market, as a list wants them. */
const exits = (random: Random, trading: Trading, symbol: Symbol, side: 'BUY' | 'SELL', qty: string): Input[] => {
  const [profit, loss] = side === 'SELL' ? [1n, -1n] : [-1n, 1n];
  const away = (direction: bigint): string => priceAt(trading, symbol, direction * (10n + random(150n)));
  const stop: Input =
    random(3n) === 0n
      ? { symbol, side, qty, type: 'TRAILING_STOP', trailPercent: '1', timeInForce: 'GTC' }
      : { symbol, side, qty, type: 'STOP', stopPrice: away(loss), timeInForce: 'GTC' };
  return [{ symbol, side, qty, type: 'LIMIT', limitPrice: away(profit), timeInForce: 'GTC' }, stop];
};

type ListInput = Parameters<Trading['services']['orders']['placeList']>[1];

const newList = (random: Random, trading: Trading): ListInput => {
  const symbol = pick(random, symbols);
  const side = pick(random, ['BUY', 'SELL'] as const);
  const qty = pick(random, quantities[symbol]);
  const pair = exits(random, trading, symbol, side, qty);
  const type = pick(random, ['OCO', 'OTO', 'BRACKET', 'BRACKET'] as const);
  if (type === 'OCO') return { type, orders: pair };
  const entry: Input = {
    symbol,
    side: side === 'SELL' ? 'BUY' : 'SELL',
    qty,
    type: 'LIMIT',
    limitPrice: priceAt(trading, symbol, near(random)),
    timeInForce: 'GTC',
  };
  return { type, orders: type === 'OTO' ? [entry, ...pair.slice(0, 1)] : [entry, ...pair] };
};

const textOf = (value: unknown): string => JSON.stringify(value);

/** Draws the next command. Mostly it is about an own order, now and then about somebody else's. */
export const drawCommand = (
  random: Random,
  trading: Trading,
  who: Person,
  placed: readonly { id: string; who: Person }[],
  key: string,
  now: Date,
): Command => {
  const made = (kind: Command['kind'], input: object, send: Command['send']): Command => ({
    who,
    kind,
    text: `${who.name} ${kind} ${textOf({ ...input, idempotencyKey: key })}`,
    send,
  });
  const own = random(10n) === 0n ? placed : placed.filter((each) => each.who === who);
  // Old orders are closed mostly: the younger ones are more worth asking about.
  const order = own.length === 0 ? undefined : pick(random, own.slice(-8)).id;
  const roll = Number(random(20n));
  if (roll < 3 && order !== undefined) {
    const input = { id: order, idempotencyKey: key };
    return made('cancel', input, (server) => server.services.orders.cancel(who.by, input));
  }
  if (roll < 6 && order !== undefined) {
    const symbol = pick(random, symbols);
    const changes = pick(random, [
      { qty: pick(random, quantities[symbol]) },
      { limitPrice: priceAt(trading, symbol, near(random)) },
      { qty: pick(random, quantities[symbol]), limitPrice: priceAt(trading, symbol, near(random)) },
      { stopPrice: priceAt(trading, symbol, near(random)) },
      { trailPercent: pick(random, ['0.2', '0.6', '4']) },
      { qty: pick(random, quantities[symbol]), trailPercent: pick(random, ['0.1', '2']) },
    ]);
    const input = { id: order, ...changes, idempotencyKey: key };
    return made('replace', input, (server) => server.services.orders.replace(who.by, input));
  }
  if (roll < 9) {
    const input = { ...newList(random, trading), idempotencyKey: key };
    return made('list', input, (server) => server.services.orders.placeList(who.by, input));
  }
  if (roll < 11) {
    const kind = roll === 9 ? ('deposit' as const) : ('withdraw' as const);
    const input = { amount: pick(random, amounts), idempotencyKey: key };
    return made(kind, input, (server) => server.services.ledger[kind](who.by, input));
  }
  const input = { ...newOrder(random, trading, now), idempotencyKey: key };
  return { ...made('place', input, (server) => server.services.orders.place(who.by, input)), order: input };
};

/** What everybody begins with: much money, some, and little; and units of each instrument, if they can be had. */
export const beginnings = (seed: number, people: readonly Person[]): Command[] =>
  people.flatMap((who, at) => {
    const amount = ['2000000', '150000', '5000'][at] ?? '1';
    const paid = { amount, idempotencyKey: `${seed}-${who.name}` };
    const deposit: Command = {
      who,
      kind: 'deposit',
      text: `${who.name} deposit ${textOf(paid)}`,
      send: ({ services }) => services.ledger.deposit(who.by, paid),
    };
    const buys = symbols.map((symbol): Command => {
      const qty = quantities[symbol][3 - at] ?? '1';
      const input: Input = {
        symbol,
        side: 'BUY',
        type: 'MARKET',
        qty,
        idempotencyKey: `${seed}-${who.name}-${symbol}`,
      };
      const text = `${who.name} place ${textOf(input)}`;
      return { who, kind: 'place', text, send: ({ services }) => services.orders.place(who.by, input) };
    });
    return [deposit, ...buys];
  });
