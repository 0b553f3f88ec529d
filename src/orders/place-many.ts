import { type Failure, failure } from '../errors.ts';
import type { Once } from '../idempotency/once.ts';
import type { Actor } from '../identity/viewer.ts';
import { checkKey } from '../kernel/key.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import type { OrderRow } from '../lane/rows.ts';
import type { AccountFinder } from '../ledger/accounts.ts';
import type { Budget } from '../limiter/budget.ts';
import { limits } from '../limits.ts';
import type { PlaceOrderInput } from './input.ts';

export interface PlaceOrdersInput {
  orders: readonly PlaceOrderInput[];
  idempotencyKey?: string | null | undefined;
}

type Place = (by: Actor & { userId: string }, input: PlaceOrderInput) => Promise<Once<OrderRow>>;

/** Room for the position that is appended to the key of the whole. */
const KEY_LENGTH = limits.text.idempotencyKey - 4;

const check = ({ orders, idempotencyKey }: PlaceOrdersInput): Failure | undefined => {
  if (orders.length < 1 || orders.length > limits.orders.perRequest) {
    return failure('INVALID_INPUT', `orders must have 1 to ${limits.orders.perRequest} items.`, 'orders');
  }
  return checkKey(idempotencyKey, 'idempotencyKey', KEY_LENGTH);
};

/**
 * `placeOrders`: each order is decided by itself, in the order given, and answered at its own place; a refusal does not touch
 * the others. The key of the whole makes a key for each, so a repeat answers the same and continues what was cut off.
 */
export const createPlaceOrders =
  ({ place, accounts, budget }: { place: Place; accounts: AccountFinder; budget: Budget }) =>
  async (by: Actor & { userId: string }, input: PlaceOrdersInput): Promise<Result<Once<OrderRow>[]>> => {
    const problem = check(input);
    if (problem !== undefined) return refused(problem);
    // All or none: which orders of a request fit into a budget would be chance.
    await budget.spend(by.userId, input.orders.length);
    // Known before the first is placed, all of them take the same steps and reach the lane in the order given.
    await accounts.idsOf(by.userId);
    const { idempotencyKey: key } = input;
    const keyed = input.orders.map((order, at) => ({
      ...order,
      idempotencyKey: order.idempotencyKey ?? (key == null ? null : `${key}#${at}`),
    }));
    const answers = await Promise.all(keyed.map((order) => place(by, order)));
    const repeated = answers.filter(({ replayed }) => replayed).length;
    if (repeated > 0) budget.giveBack(by.userId, repeated);
    return ok(answers);
  };
