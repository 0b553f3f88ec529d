import fc from 'fast-check';
import { agree, ask, askMany, type Model } from './agree.ts';
import { type Changes, cancel, cancelAll, findNamed, type NameInput, replace, wrongChanges } from './change.ts';
import { type Command, commandOf, send } from './command.ts';
import { byOperators } from './commands-operators.ts';
import * as draw from './draw.ts';
import { checkPlaceList, placeList } from './lists.ts';
import { arm, checkAmount, transfer } from './operate.ts';
import { checkPlace, normal, type PlaceInput, place } from './place.ts';
import { preview } from './preview.ts';
import { owners, type Real } from './server.ts';
import { isOpen, type Order, type State } from './state.ts';

/** What customers may do, and whoever else. */

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

const placeNow = ({ state }: Model, real: Real, who: string, input: PlaceInput): Promise<void> => {
  const normally = { who, field: 'placeOrder' as const, input, normal: normal(who, input), wrong: [] };
  return ask({ state, sent: [] }, real, { ...normally, decide: () => place(state, who, input) });
};

/** Somebody rests and somebody else comes: the market that is drawn is seldom so kind. */
const sides = fc.shuffledSubarray([...owners], { minLength: 3, maxLength: 3 });
const meet = async (model: Model, real: Real, [seller, buyer]: string[], input: draw.Meeting): Promise<void> => {
  await placeNow(model, real, seller!, { ...input, side: 'SELL' });
  await placeNow(model, real, buyer!, { ...input, side: 'BUY' });
};
const meeting = fc
  .record({ sides, input: draw.meeting })
  .map((drawn) => commandOf('meeting', drawn, (model, real) => meet(model, real, drawn.sides, drawn.input)));

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

/** A trailing stop, and replacements of it for as long as it is there: chance alone seldom finds one. */
const trailing = fc.record({ sides, meeting: draw.meeting, trailed: draw.trailed }).map((drawn) =>
  commandOf('trailing', drawn, async (model, real) => {
    const who = drawn.sides[2]!;
    const { asks, ...trails } = drawn.trailed;
    const input = trails.of(drawn.meeting.symbol);
    await meet(model, real, drawn.sides, drawn.meeting);
    await placeNow(model, real, who, input);
    await agree(model, real);
    for (const asked of asks) {
      const order = model.state.orders.findLast(({ owner, type }) => owner === who && type === 'TRAILING_STOP');
      if (order === undefined) return;
      const changes = draw.changesFor(order, asked.changes);
      const name = { id: order.key };
      await send(() => ({
        ...{ who, field: 'replaceOrder', input: { id: order.id, ...changes }, key: asked.key },
        ...{ normal: JSON.stringify([who, name, changes]), wrong: wrongChanges(order, changes) },
        decide: () => replace(model.state, order, changes),
      }))(model, real);
      await agree(model, real);
    }
  }),
);

/** A stop that comes when the market is far past it, and somebody to meet it: chance alone seldom finds one. */
const gapped = fc.record({ sides, meeting: draw.meeting, way: fc.constantFrom('BUY', 'SELL') }).map((drawn) =>
  commandOf('gapped', drawn, async (model, real) => {
    const { sides: people, meeting: input, way } = drawn;
    await meet(model, real, people, input);
    await placeNow(model, real, people[1]!, { ...input, side: way === 'SELL' ? 'BUY' : 'SELL' });
    await placeNow(model, real, people[2]!, draw.gapped(input, way));
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

const batch = fc.record({ who: draw.who, orders: fc.array(draw.order, { minLength: 1, maxLength: 5 }), key: draw.key });
const placeOrders = batch.map((drawn) =>
  commandOf('placeOrders', drawn, async (model, real) => {
    const { who, key, orders } = drawn;
    const input = { orders: orders.map((order) => withId(model.state, order)) };
    const again = (): Promise<void> => askMany(model, real, { who, key, input, orders });
    await again();
    model.sent.push(again);
  }),
);

const previewOrder = fc.record({ who: draw.who, drawn: draw.order }).map(({ who, drawn }) => {
  // A repeat would only show the order that is there.
  const { clientOrderId: _, ...input } = drawn;
  return commandOf(
    'previewOrder',
    { who, input },
    send((state) => ({
      ...{ who, field: 'previewOrder', input: withId(state, input), normal: '', wrong: checkPlace(who, input) },
      decide: () => preview(state, who, input),
    })),
  );
});

const cancelAllAfter = fc
  .record({ who: draw.who, seconds: fc.constantFrom(0, 10, 60, 60, 90, -1, 100_000) })
  .map((drawn) =>
    commandOf(
      'cancelAllAfter',
      drawn,
      send((state) => {
        const { who, seconds } = drawn;
        const wrong = seconds < 0 || seconds > 86_400 ? ['INVALID_INPUT seconds'] : [];
        const decide = () => arm(state, who, seconds);
        return { who, field: 'cancelAllAfter', input: { seconds }, normal: '', wrong, decide };
      }),
    ),
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
  byOperators.trading,
  byOperators.killSwitch,
  byOperators.limits,
  byOperators.marketHours,
  ...times(4, meeting),
  ...times(4, trailing),
  ...times(2, gapped),
  ...times(3, placeOrders),
  ...times(3, previewOrder),
  ...times(4, byOperators.amendTrade),
  cancelAllAfter,
  ...times(3, byOperators.time),
];
