import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { Command } from '../../src/venues/paper/engine.ts';
import { CASH_SCALE, text } from './facts.ts';
import { accept, checkPlace, normal, type PlaceInput } from './place.ts';
import { ORDER, owners, type Real, SHOWN } from './server.ts';
import { tell } from './settle.ts';
import { type Answer, isByState, type Order, type State, told as toldOf } from './state.ts';
import { orderView, userView } from './view.ts';

/** Compares what the server says with what the model says. */

export interface Model {
  state: State;
  /** Everything that was sent, to send some of it again. */
  sent: (() => Promise<void>)[];
}

interface UserError {
  code: string;
  field: string[] | null;
}
type ApiOrder = { id: string; replacedBy: { id: string } | null } & Record<string, unknown>;

interface Payload {
  userErrors: UserError[];
  order?: ApiOrder | null;
  orderList?: { orders: ApiOrder[] } | null;
  transfer?: { amount: string } | null;
  result?: { asked: number; left: number } | null;
  shown?: object | null;
}

const fields = {
  placeOrder: ['PlaceOrderInput', `order ${ORDER}`],
  placeOrderList: ['PlaceOrderListInput', `orderList { orders ${ORDER} }`],
  cancelOrder: ['CancelOrderInput', `order ${ORDER}`],
  replaceOrder: ['ReplaceOrderInput', `order ${ORDER}`],
  cancelAllOrders: ['CancelAllOrdersInput', 'result { asked left }'],
  deposit: ['DepositInput', 'transfer { amount }'],
  withdraw: ['WithdrawInput', 'transfer { amount }'],
  haltInstrument: ['HaltInstrumentInput', ''],
  resumeInstrument: ['ResumeInstrumentInput', ''],
  setKillSwitch: ['SetKillSwitchInput', ''],
  setAccountLimits: ['SetAccountLimitsInput', ''],
  setMarketHours: ['SetMarketHoursInput', ''],
  bustTrade: ['BustTradeInput', ''],
  correctTrade: ['CorrectTradeInput', ''],
  cancelAllAfter: ['CancelAllAfterInput', 'shown: deadline { accountId now cancelsAt }'],
  previewOrder: [
    'PlaceOrderInput',
    `shown: preview {
      hold holdAsset status reason filledQty averagePrice fee buyingPower lines { asset amount balanceAfter }
    }`,
  ],
} as const;

export type Field = keyof typeof fields;

/** Refusals that say something about the request alone; a corrected one may use the key again. */
const notKept = ['NOT_FOUND', 'INVALID_INPUT', 'INVALID_AMOUNT', 'INVALID_PRICE', 'INVALID_QUANTITY'];

const isLeft = (problem: string): boolean => notKept.includes(problem.split(' ')[0]!) && !isByState(problem);
const isKept = (answer: Answer): boolean => !Array.isArray(answer) || !answer.some(isLeft);

export interface Asked {
  who: string;
  field: Field;
  input: object;
  key?: string | undefined;
  /** The input in one spelling. */
  normal: string;
  /** What is wrong with the request by itself. */
  wrong: readonly string[];
  decide: () => Answer;
}

/** The answer that the model gives: of a repeated key the first one. */
const predict = (
  state: State,
  { who, field, key, normal, wrong, decide }: Asked,
): { answer: Answer; replayed: boolean } => {
  if (wrong.length > 0) return { answer: [...wrong], replayed: false };
  const name = `${who} ${field} ${key}`;
  const kept = key === undefined ? undefined : state.kept.get(name);
  if (kept !== undefined && kept.input === normal) return { answer: kept.answer, replayed: true };
  if (kept !== undefined) return { answer: ['IDEMPOTENCY_KEY_REUSED idempotencyKey'], replayed: false };
  const answer = decide();
  if (key !== undefined && isKept(answer)) state.kept.set(name, { input: normal, answer });
  return { answer, replayed: false };
};

const errorsOf = ({ userErrors }: Payload): string[] =>
  [
    ...new Set(userErrors.map(({ code, field }) => [code, ...(field?.length ? [field.join('.')] : [])].join(' '))),
  ].sort();

const ordersOf = ({ order, orderList }: Payload): ApiOrder[] => orderList?.orders ?? (order ? [order] : []);

/** The server names a new order; from then on it must stay with that name. */
const learn = (state: State, answer: { orders: Order[] }, told: readonly ApiOrder[]): void => {
  for (const [index, { key, replacedBy }] of answer.orders.entries()) {
    for (const order of state.orders) {
      if (order.key === key) order.id ??= told[index]?.id ?? null;
      if (order.key === replacedBy) order.id ??= told[index]?.replacedBy?.id ?? null;
    }
  }
};

const codesOf = (answer: Answer): string[] => (Array.isArray(answer) ? [...new Set(answer.map(toldOf))].sort() : []);

/** What the answer to several orders is, and whether it is a stored one. */
interface Batch {
  answers: Answer[];
  replayed: boolean;
  userErrors: string[];
}

/** Each order is foretold by itself, as the ones before it leave the account; of a repeated key all answers are the first ones. */
const predictMany = (
  state: State,
  {
    who,
    key,
    orders,
    decide,
  }: Pick<Asked, 'who' | 'key'> & {
    orders: readonly PlaceInput[];
    decide: (order: PlaceInput) => Answer;
  },
): Batch => {
  const wrong = orders.map((order) => checkPlace(who, order));
  const name = `${who} placeOrders ${key}`;
  const isGood = wrong.map(({ length }) => length === 0);
  const input = JSON.stringify(orders.map((order, at) => (isGood[at] ? normal(who, order) : order)));
  const kept = key === undefined || !isGood.includes(true) ? undefined : state.keptMany.get(name);
  if (kept?.input === input) return { answers: kept.answers, replayed: true, userErrors: [] };
  if (kept !== undefined)
    return { answers: [], replayed: false, userErrors: ['IDEMPOTENCY_KEY_REUSED idempotencyKey'] };
  const answers = orders.map((order, at) => (isGood[at] ? decide(order) : wrong[at]!));
  if (key !== undefined && answers.some((answer, at) => isGood[at] && isKept(answer))) {
    state.keptMany.set(name, { input, answers });
  }
  return { answers, replayed: false, userErrors: [] };
};

/** `placeOrders`: the venue hears of all of them after the last is decided. */
export const askMany = async (
  { state }: Model,
  real: Real,
  { who, key, input, orders }: Pick<Asked, 'who' | 'key' | 'input'> & { orders: readonly PlaceInput[] },
): Promise<void> => {
  const told: Command[] = [];
  const decide = (order: PlaceInput): Answer => {
    const accepted = accept(state, who, order);
    told.push(...accepted.told);
    return accepted.answer;
  };
  const { answers, replayed, userErrors } = predictMany(state, { who, key, orders, decide });
  const query = `mutation ($input: PlaceOrdersInput!) {
    placeOrders(input: $input) { results { order ${ORDER} userErrors { code field } } userErrors { code field } }
  }`;
  const sent = { ...input, ...(key !== undefined && { idempotencyKey: key }) };
  const { data, extensions } = await real.ask(who, query, { input: sent });
  const payload = data?.placeOrders as Payload & { results: Payload[] };
  const { results } = payload;
  expect({
    errors: results.map(errorsOf),
    replayed: extensions?.idempotency?.replayed ?? false,
    userErrors: errorsOf(payload),
  }).toEqual({ errors: answers.map(codesOf), replayed, userErrors });
  for (const [at, answer] of answers.entries()) {
    if (!('orders' in answer)) continue;
    const shown = ordersOf(results[at]!);
    learn(state, answer, shown);
    expect(shown).toEqual(answer.orders.map((order) => orderView(state, order)));
  }
  tell(state, told);
};

/** Sends it and holds the answer to what the model says. */
export const ask = async ({ state }: Model, real: Real, asked: Asked): Promise<void> => {
  const [type, selection] = fields[asked.field];
  const { answer, replayed } = predict(state, asked);
  const query = `mutation ($input: ${type}!) { ${asked.field}(input: $input) { ${selection} userErrors { code field } } }`;
  const input = { ...asked.input, ...(asked.key !== undefined && { idempotencyKey: asked.key }) };
  const { data, extensions } = await real.ask(asked.who, query, { input });
  const payload = data?.[asked.field] as Payload;
  expect({ errors: errorsOf(payload), replayed: extensions?.idempotency?.replayed ?? false }).toEqual({
    errors: codesOf(answer),
    replayed,
  });
  if (Array.isArray(answer)) return;
  if ('amount' in answer) expect(payload.transfer?.amount).toBe(text(answer.amount, CASH_SCALE));
  if ('shown' in answer) expect(payload.shown).toEqual(answer.shown);
  if ('counts' in answer) expect([payload.result?.asked, payload.result?.left]).toEqual(answer.counts);
  if (!('orders' in answer)) return;
  const told = ordersOf(payload);
  learn(state, answer, told);
  expect(told).toEqual(answer.orders.map((order) => orderView(state, order)));
};

const byAsset = (one: { asset: string }, other: { asset: string }): number => (one.asset < other.asset ? -1 : 1);

/** All that the three see, in the model's words. */
const seen = async (state: State, real: Real) => {
  const views = await Promise.all(owners.map(real.view));
  return Object.fromEntries(
    owners.map((owner, index) => {
      const { accounts, positions, orders } = views[index]!;
      const { balances, buyingPower, equity, limits } = accounts[0]!;
      const own = state.orders.filter((order) => order.owner === owner).slice(-SHOWN);
      // A replacement's order is named when it is first seen.
      const nodes = orders.edges.map(({ node }) => node);
      if (nodes.length === own.length) for (const [at, order] of own.entries()) order.id ??= nodes.at(-1 - at)!.id;
      const { dailyNotionalUsed } = limits;
      const sorted = balances.toSorted(byAsset);
      return [owner, { balances: sorted, buyingPower, equity, dailyNotionalUsed, positions, orders: nodes }];
    }),
  );
};

const foretold = (state: State) =>
  Object.fromEntries(
    owners.map((owner) => {
      const view = userView(state, owner, SHOWN);
      return [owner, { ...view, balances: view.balances.toSorted(byAsset) }];
    }),
  );

/** The server comes to what the model says; what it does by itself, such as to expire, takes it a moment. */
export const agree = async ({ state }: Model, real: Real): Promise<void> => {
  for (const until = Date.now() + 3_000; ; ) {
    const actual = await seen(state, real);
    const expected = foretold(state);
    if (isDeepStrictEqual(actual, expected)) return;
    if (Date.now() > until) expect(actual).toEqual(expected);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};
