import { OrderBook, Side } from 'nodejs-order-book';
import type { OrderSide } from '../src/database/generated/enums.ts';
import { catalogue } from '../src/market/catalogue.ts';
import type { Command } from '../src/venues/paper/engine.ts';
import { createEngine } from '../src/venues/paper/engine.ts';

/**
 * Commands a second of the matching engine alone, in turns with the package nodejs-order-book, on the same list of commands:
 * new limit orders, of which one in eight crosses, and cancels. What goes in is made before the clock starts; ours comes out
 * as reports with ids, theirs as the objects that it answers.
 */
const COMMANDS = 200_000;
const ROUNDS = 5;
const OPEN = 20_000;

interface Step {
  kind: 'ADD' | 'CANCEL';
  symbol: string;
  orderId: string;
  side: OrderSide;
  price: number;
  qty: number;
}

/** xorshift32: the same commands in every run. */
const draws = () => {
  let state = 88_172_645;
  return (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
};

const idOf = (index: number): string => `01930000-0000-7000-8000-${String(index).padStart(12, '0')}`;

/** Orders lie evenly over `levels` prices on each side; those that cross reach over a tenth of the other side. */
const stepsOf = (symbols: readonly string[], levels: number): Step[] => {
  const draw = draws();
  const open: Step[] = [];
  return Array.from({ length: COMMANDS }, (_, index): Step => {
    if (open.length > OPEN || (open.length > 0 && draw(100) < 40)) {
      const at = draw(open.length);
      const step = open[at] as Step;
      open[at] = open.at(-1) as Step;
      open.pop();
      return { ...step, kind: 'CANCEL' };
    }
    const side = draw(2) === 0 ? 'BUY' : 'SELL';
    const distance = draw(8) === 0 ? -draw(Math.ceil(levels / 10)) : 1 + draw(levels);
    const price = 100_000 + (side === 'BUY' ? -distance : distance);
    const symbol = symbols[draw(symbols.length)] as string;
    const step: Step = { kind: 'ADD', symbol, orderId: idOf(index), side, price, qty: 1 + draw(1_000) };
    open.push(step);
    return step;
  });
};

const commandOf = ({ kind, symbol, orderId, side, price, qty }: Step): Command => {
  const accountId = `account-${orderId}`;
  if (kind === 'CANCEL') return { kind, symbol, orderId, accountId };
  const plain = { stopPrice: null, trail: null, trailPeak: null, triggered: false, postOnly: false, budget: null };
  const terms = { ...plain, group: null, place: null, type: 'LIMIT', timeInForce: 'GTC' } as const;
  const order = { ...terms, orderId, accountId, symbol, side, leavesQty: BigInt(qty), worstPrice: BigInt(price) };
  return { kind: 'SUBMIT', order };
};

const listings = catalogue.instruments.map((instrument) => ({
  ...instrument,
  lotSize: 1n,
  tickSize: 1n,
  priceScale: 2,
  baseScale: 6,
  quoteScale: 8,
  collarBps: 500,
}));

interface Round {
  perSecond: number;
  trades: number;
}

const timed = (count: number, run: () => number): Round => {
  const started = performance.now();
  const trades = run();
  return { perSecond: (count / (performance.now() - started)) * 1_000, trades };
};

const ours = (steps: readonly Step[]): Round => {
  let count = 0;
  const ids = { next: () => idOf(++count) };
  const engine = createEngine({ ids, listings });
  const commands = steps.map(commandOf);
  return timed(steps.length, () => {
    for (const command of commands) engine.execute(command);
    return count;
  });
};

const theirs = (steps: readonly Step[]): Round => {
  const books = new Map(listings.map(({ symbol }) => [symbol, new OrderBook()]));
  const asked = steps.map(({ side, orderId, qty, price, ...step }) => ({
    ...step,
    order: { side: side === 'BUY' ? Side.BUY : Side.SELL, id: orderId, size: qty, price },
  }));
  return timed(steps.length, () => {
    let trades = 0;
    for (const { kind, symbol, order } of asked) {
      const book = books.get(symbol) as OrderBook;
      if (kind === 'CANCEL') book.cancel(order.id);
      else {
        const { done, partial } = book.limit(order);
        // Their answer names all that is done, the incoming order among them.
        trades += [...done, ...(partial === null ? [] : [partial])].filter(({ id }) => id !== order.id).length;
      }
    }
    return trades;
  });
};

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;

const compare = (name: string, steps: readonly Step[]): void => {
  const rounds = Array.from({ length: ROUNDS }, () => ({ ours: ours(steps), theirs: theirs(steps) }));
  const [first] = rounds as [(typeof rounds)[0]];
  const [a, b] = [first.ours.trades, first.theirs.trades];
  if (a !== b) throw new Error(`the two engines differ: ${a} trades against ${b}`);
  const speed = (side: 'ours' | 'theirs'): string =>
    (median(rounds.map((round) => round[side].perSecond)) / 1_000).toFixed(0).padStart(5);
  const ratio = median(rounds.map((round) => round.ours.perSecond / round.theirs.perSecond));
  console.log(
    `${name.padEnd(34)} ${speed('ours')} k commands/s, nodejs-order-book ${speed('theirs')} k, ` +
      `ratio ${ratio.toFixed(2)} (aim: above 1), ${a} trades`,
  );
};

export const benchEngine = (): void => {
  const symbols = listings.map(({ symbol }) => symbol);
  for (const levels of [50, 2_500, 20_000]) {
    compare(`1 instrument, ${levels} levels a side`, stepsOf(symbols.slice(0, 1), levels));
    compare(`${symbols.length} instruments, ${levels} levels a side`, stepsOf(symbols, levels));
  }
};

if (import.meta.main) benchEngine();
