import fc from 'fast-check';
import { type Asked, agree, ask, type Field, type Model } from './agree.ts';
import { type Changes, cancel, cancelAll, findNamed, type NameInput, replace, wrongChanges } from './change.ts';
import * as draw from './draw.ts';
import { checkPlaceList, placeList } from './lists.ts';
import { advance, checkAmount, halt, resume, setLimits, setSwitch, transfer } from './operate.ts';
import { checkPlace, normal, place } from './place.ts';
import { owners, type Real } from './server.ts';
import { isOpen, type Order, type State } from './state.ts';

/** What a customer, an operator or time may do, each with its prediction. */

type Command = fc.AsyncCommand<Model, Real>;

const commandOf = (name: string, drawn: unknown, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  run: async (model, real) => {
    await run(model, real);
    await agree(model, real);
  },
  toString: () => `${name}(${JSON.stringify(drawn)})`,
});

/** Sends it now, and perhaps once more later. */
const send = (build: (state: State) => Asked) => async (model: Model, real: Real) => {
  const asked = build(model.state);
  const again = (): Promise<void> => ask(model, real, asked);
  await again();
  model.sent.push(again);
};

/** The model calls accounts by their owners. */
const withId = (state: State, input: { accountId?: string }): object =>
  input.accountId === undefined ? input : { ...input, accountId: state.accounts[input.accountId]!.id };

const placeOrder = fc.record({ who: draw.who, input: draw.order, key: draw.key }).map((drawn) =>
  commandOf(
    'placeOrder',
    drawn,
    send((state) => {
      const { who, input, key } = drawn;
      return {
        who,
        field: 'placeOrder',
        input: withId(state, input),
        key,
        normal: normal(who, input),
        wrong: checkPlace(who, input),
        decide: () => place(state, who, input),
      };
    }),
  ),
);

const placeOrderList = fc.record({ who: draw.who, list: draw.list, key: draw.key }).map((drawn) =>
  commandOf(
    'placeOrderList',
    drawn,
    send((state) => {
      const { who, key, list } = drawn;
      return {
        who,
        field: 'placeOrderList',
        input: list,
        key,
        normal: JSON.stringify([list.type, ...list.orders.map((order) => normal(who, order))]),
        wrong: checkPlaceList(who, list.type, list.orders),
        decide: () => placeList(state, who, list.type, list.orders),
      };
    }),
  ),
);

/** Mostly one that is open, by its owner and its id. */
const chosen = (state: State, { pick, any, byName, stranger }: draw.Pick) => {
  const among = any ? state.orders : state.orders.filter(isOpen);
  const order = among[among.length - 1 - (pick % Math.max(1, among.length))];
  if (order === undefined) return undefined;
  const who = stranger ?? order.owner;
  const isNamed = byName && order.clientOrderId !== null;
  const name: NameInput = isNamed ? { clientOrderId: order.clientOrderId! } : { id: order.key };
  return { order, who, name, sent: isNamed ? name : { id: order.id! } };
};

const cancelOrder = fc.record({ pick: draw.pick, key: draw.key }).map((drawn) =>
  commandOf('cancelOrder', drawn, async (model, real) => {
    const found = chosen(model.state, drawn.pick);
    if (found === undefined) return;
    const { who, name, sent } = found;
    await send((state) => {
      const order = findNamed(state, who, name);
      return {
        who,
        field: 'cancelOrder',
        input: sent,
        key: drawn.key,
        normal: JSON.stringify([who, name]),
        wrong: Array.isArray(order) ? order : [],
        decide: () => cancel(state, order as Order),
      };
    })(model, real);
  }),
);

const replaceOrder = fc.record({ pick: draw.pick, changes: draw.changes, key: draw.key }).map((drawn) =>
  commandOf('replaceOrder', drawn, async (model, real) => {
    const found = chosen(model.state, drawn.pick);
    if (found === undefined) return;
    const { who, name, sent } = found;
    const changes: Changes = draw.changesFor(found.order, drawn.changes);
    await send((state) => {
      const order = findNamed(state, who, name);
      return {
        who,
        field: 'replaceOrder',
        input: { ...sent, ...changes },
        key: drawn.key,
        normal: JSON.stringify([who, name, changes]),
        wrong: Array.isArray(order) ? order : wrongChanges(order, changes),
        decide: () => replace(state, order as Order, changes),
      };
    })(model, real);
  }),
);

const cancelAllOrders = fc.record({ who: draw.who, scope: draw.scope }).map((drawn) =>
  commandOf(
    'cancelAllOrders',
    drawn,
    send((state) => {
      const { who, scope } = drawn;
      const wrong = scope.symbol === 'NOPE' ? ['UNKNOWN_SYMBOL symbol'] : [];
      const decide = () => cancelAll(state, who, scope);
      return { who, field: 'cancelAllOrders', input: scope, normal: '', wrong, decide };
    }),
  ),
);

const money = fc.record({ who: draw.who, field: draw.direction, amount: draw.amount, key: draw.key }).map((drawn) =>
  commandOf(
    drawn.field,
    drawn,
    send((state) => {
      const { who, field, amount, key } = drawn;
      const decide = () => transfer(state, who, field, amount);
      return { who, field, input: { amount }, key, normal: String(Number(amount)), wrong: checkAmount(amount), decide };
    }),
  ),
);

const again = fc.nat({ max: 20 }).map((back) =>
  commandOf('again', back, async ({ sent }) => {
    await sent[sent.length - 1 - (back % Math.max(1, sent.length))]?.();
  }),
);

/** Operators are not what is examined here: their commands must be taken, and mean what they say. */
const operate =
  (field: Field, input: (state: State) => object, effect: (state: State) => void) =>
  (model: Model, real: Real): Promise<void> =>
    ask(model, real, {
      who: 'operator',
      field,
      input: { ...input(model.state), reason: 'The model asked for it.' },
      normal: '',
      wrong: [],
      decide: () => {
        effect(model.state);
        return { orders: [] };
      },
    });

const trading = fc.record({ symbol: draw.symbol, halts: fc.boolean() }).map((drawn) => {
  const { symbol, halts } = drawn;
  const effect = (state: State): void => (halts ? halt(state, symbol) : resume(state, symbol));
  return commandOf(
    'trading',
    drawn,
    operate(halts ? 'haltInstrument' : 'resumeInstrument', () => ({ symbol }), effect),
  );
});

const killSwitch = fc
  .record({
    target: fc.constantFrom('VENUE', 'AAPL', ...owners),
    engaged: fc.constantFrom(true, false, false),
    cancels: fc.boolean(),
  })
  .map((drawn) => {
    const { target, engaged, cancels } = drawn;
    const scope = (state: State) => {
      const account = state.accounts[target];
      if (account !== undefined) return { scope: 'ACCOUNT', accountId: account.id };
      return target === 'VENUE' ? { scope: 'VENUE' } : { scope: 'INSTRUMENT', symbol: target };
    };
    const input = (state: State) => ({ ...scope(state), engaged, cancelOpenOrders: cancels });
    const effect = (state: State): void => setSwitch(state, target, engaged, cancels);
    return commandOf('killSwitch', drawn, operate('setKillSwitch', input, effect));
  });

const limits = fc
  .record({
    who: draw.who,
    value: fc.constantFrom('900', '5000', '10000000'),
    orders: fc.constantFrom(1, 4, 1_000),
    day: fc.constantFrom('20000', '1000000000'),
  })
  .map((drawn) => {
    const { who, value, orders, day } = drawn;
    const input = (state: State) => ({
      accountId: state.accounts[who]!.id,
      maxOrderValue: value,
      maxOpenOrders: orders,
      dailyNotional: day,
    });
    return commandOf(
      'limits',
      drawn,
      operate('setAccountLimits', input, (state) => setLimits(state, who, value, orders, day)),
    );
  });

const HOUR_ms = 3_600_000;
const time = fc.constantFrom(1, 5).map(
  (hours): Command => ({
    // Tokens last a day.
    check: ({ state }) => state.now + hours * HOUR_ms < Date.parse('2026-03-03T19:00:00Z'),
    run: async (model, real) => {
      real.advance(hours * HOUR_ms);
      advance(model.state, hours * HOUR_ms);
      await agree(model, real);
    },
    toString: () => `hours(${hours})`,
  }),
);

const times = (count: number, command: fc.Arbitrary<Command>): fc.Arbitrary<Command>[] =>
  Array.from({ length: count }, () => command);

export const commands = [
  ...times(14, placeOrder),
  ...times(5, placeOrderList),
  ...times(5, replaceOrder),
  ...times(3, cancelOrder),
  ...times(3, again),
  ...times(2, money),
  cancelAllOrders,
  trading,
  killSwitch,
  limits,
  time,
];
