import { type Failure, failure } from '../errors.ts';
import type { Once } from '../idempotency/once.ts';
import type { Actor } from '../identity/viewer.ts';
import { checkKey } from '../kernel/key.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import type { Command } from '../lane/command.ts';
import type { Needs, OrderRow } from '../lane/rows.ts';
import { limits } from '../limits.ts';
import type { Venue } from '../venues/venue.ts';
import type { PlaceOrderInput } from './input.ts';
import type { OrderDeps } from './orders.ts';
import { createPreparePlace, type Placing } from './place.ts';

export interface PlaceOrdersInput {
  orders: readonly PlaceOrderInput[];
  idempotencyKey?: string | null | undefined;
}

/** Room for the position that is appended to the key of the whole. */
const KEY_LENGTH = limits.text.idempotencyKey - 4;

const check = ({ orders, idempotencyKey }: PlaceOrdersInput): Failure | undefined => {
  if (orders.length < 1 || orders.length > limits.orders.perRequest) {
    return failure('INVALID_INPUT', `orders must have 1 to ${limits.orders.perRequest} items.`, 'orders');
  }
  return checkKey(idempotencyKey, 'idempotencyKey', KEY_LENGTH);
};

const all = <Kind extends keyof Needs>(placings: readonly Placing[], kind: Kind): Needs[Kind] =>
  placings.flatMap(({ needs }) => (needs[kind] ?? []) as Needs[Kind][number][]) as Needs[Kind];

/**
 * The orders of one request take one turn in the lane: their answers wait for one commit anyway, and a queue of requests is
 * shorter than one of orders.
 */
const inOneTurn = (placings: readonly Placing[], venue: Pick<Venue, 'submit'>): Command<Once<OrderRow>[]> => ({
  size: placings.length,
  needs: {
    accounts: all(placings, 'accounts'),
    balances: all(placings, 'balances'),
    clientOrders: all(placings, 'clientOrders'),
    idempotency: all(placings, 'idempotency'),
  },
  decide: (books, at) => placings.map(({ decide }) => decide(books, at)),
  committed: (answers) => venue.submit(placings.flatMap(({ forVenue }, at) => forVenue(answers[at] as Once<OrderRow>))),
});

/**
 * `placeOrders`: each order is decided by itself, in the order given, and answered at its own place; a refusal does not touch
 * the others. The key of the whole makes a key for each, so a repeat answers the same and continues what was cut off.
 */
export const createPlaceOrders = (deps: OrderDeps) => {
  const { lane, venue, inFlight, accounts, budget } = deps;
  const prepare = createPreparePlace(deps);
  return async (by: Actor & { userId: string }, input: PlaceOrdersInput): Promise<Result<Once<OrderRow>[]>> => {
    const problem = check(input);
    if (problem !== undefined) return refused(problem);
    // All or none: which orders of a request fit into a budget would be chance.
    await budget.spend(by.userId, input.orders.length);
    // Known before the first is looked at, so that each is not asked for again.
    await accounts.idsOf(by.userId);
    const { idempotencyKey: key } = input;
    const keyed = input.orders.map((order, at) => ({
      ...order,
      idempotencyKey: order.idempotencyKey ?? (key == null ? null : `${key}#${at}`),
    }));
    const prepared = await Promise.all(keyed.map((order) => prepare(by, order)));
    const placings = prepared.filter((one): one is Placing => 'decide' in one);
    const decided = placings.length === 0 ? Promise.resolve([]) : lane.run(inOneTurn(placings, venue));
    const answerOf = async (placing: Placing): Promise<Once<OrderRow>> =>
      (await decided)[placings.indexOf(placing)] as Once<OrderRow>;
    const answers = await Promise.all(
      prepared.map((one) => ('decide' in one ? inFlight(one.key, () => answerOf(one)) : one)),
    );
    const repeated = answers.filter(({ replayed }) => replayed).length;
    if (repeated > 0) void budget.giveBack(by.userId, repeated);
    return ok(answers);
  };
};
