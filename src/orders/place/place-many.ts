import { bugOf, type Failure, failure } from '../../errors.ts';
import { type IdempotencyKey, isKept, keyOf, type Once, once, refusedNow } from '../../idempotency/once.ts';
import type { Actor } from '../../identity/viewer/viewer.ts';
import { checkKey } from '../../kernel/key.ts';
import { ok } from '../../kernel/result.ts';
import type { Books } from '../../lane/books.ts';
import type { Command } from '../../lane/command.ts';
import type { Needs, OrderRow } from '../../lane/rows.ts';
import { limits } from '../../limits.ts';
import type { Venue } from '../../venues/venue.ts';
import { fingerprintOfOrders } from '../fingerprint-sent.ts';
import type { PlaceOrderInput } from '../input.ts';
import type { OrderDeps } from '../orders.ts';
import { reviveOrder } from '../view.ts';
import { createPreparePlace, type Placing } from './place.ts';

export interface PlaceOrdersInput {
  orders: readonly PlaceOrderInput[];
  idempotencyKey?: string | null | undefined;
}

/** The orders of a request in turn: placed, or why not. */
export type PlacedOrders = Once<OrderRow>[];

const check = ({ orders, idempotencyKey }: PlaceOrdersInput): Failure | undefined => {
  if (orders.length < 1 || orders.length > limits.orders.perRequest) {
    return failure('INVALID_INPUT', `orders must have 1 to ${limits.orders.perRequest} items.`, 'orders');
  }
  return checkKey(idempotencyKey, 'idempotencyKey', limits.text.idempotencyKey);
};

/** An order that takes part in the decision, or that was refused before. */
type Prepared = Placing | Once<never>;

/** Whether the answer is one to the order, and not to what was sent in its place. */
const isDecided = (one: Prepared | undefined, answer: Once<OrderRow>): boolean =>
  isPlacing(one) && one.isDecided(answer);

const isPlacing = (one: Prepared | undefined): one is Placing => one !== undefined && 'decide' in one;

const all = <Kind extends keyof Needs>(placings: readonly Placing[], kind: Kind): Needs[Kind] =>
  placings.flatMap(({ needs }) => (needs[kind] ?? []) as Needs[Kind][number][]) as Needs[Kind];

const revive = (json: readonly Once<never>[]): PlacedOrders =>
  json.map((answer) => (answer.ok ? { ...answer, value: reviveOrder(answer.value) } : answer));

/**
 * The orders of one request take one turn in the lane: their answers wait for one commit anyway, and a queue of requests is
 * shorter than one of orders. So all that are placed are there or none, and so is the answer that is kept under their key. One that
 * cannot be booked is left out, and answered as what it is, a bug.
 *
 * With a key all of `own` are locked, the user's accounts: which orders take part may be others at a repeat, and it must
 * wait for the first all the same.
 */
const inOneTurn = (
  { requestId }: Actor,
  prepared: readonly Prepared[],
  key: IdempotencyKey | undefined,
  own: readonly string[],
  venue: Pick<Venue, 'submit'>,
): Command<Once<PlacedOrders>> => {
  const placings = prepared.filter(isPlacing);
  const places = [...prepared.keys()].filter((place) => isPlacing(prepared[place]));
  const decideAll = (books: Books, at: Date, failed: ReadonlySet<number>): PlacedOrders => {
    const broken = new Set([...failed].map((part) => places[part]));
    return prepared.map((one, place) => {
      if (broken.has(place)) return refusedNow(bugOf(requestId));
      return isPlacing(one) ? one.decide(books, at) : one;
    });
  };
  return {
    size: Math.max(1, placings.length),
    parts: places.map((order) => ({ requestId, order })),
    needs: {
      accounts: [...all(placings, 'accounts'), ...(key === undefined ? [] : own)],
      balances: all(placings, 'balances'),
      clientOrders: all(placings, 'clientOrders'),
      idempotency: [...all(placings, 'idempotency'), ...(key === undefined ? [] : [key])],
    },
    decide: (books, at, failed) =>
      once<PlacedOrders>(
        books,
        at,
        key,
        revive,
        () => ok(decideAll(books, at, failed)),
        // A request of which nothing would be kept leaves its key to a corrected one.
        (answer) => answer.ok && answer.value.some((one, place) => isDecided(prepared[place], one) && isKept(one)),
      ),
    committed: (answer) => {
      if (!answer.ok || answer.replayed) return;
      venue.submit(
        answer.value.flatMap((one, place) => {
          const placing = prepared[place];
          return isPlacing(placing) ? placing.forVenue(one) : [];
        }),
      );
    },
  };
};

/** How many orders were not placed because they had been before, and whether that is all that there was to do. */
const repeatedIn = (answer: Once<PlacedOrders>, prepared: readonly Prepared[]): { count: number; all: boolean } => {
  if (!answer.ok) return { count: 0, all: answer.replayed };
  if (answer.replayed) return { count: answer.value.length, all: true };
  const decided = answer.value.filter((one, place) => isDecided(prepared[place], one));
  const count = decided.filter(({ replayed }) => replayed).length;
  return { count, all: count > 0 && count === decided.length };
};

/**
 * `placeOrders`: each order is decided by itself, in the order given, and answered at its own place; a refusal does not touch
 * the others. The key of the request stands for all of them together. One of an order's own is decided on in the lane and
 * nothing else waits for it: that it is in use elsewhere must not answer for the other orders, which are placed.
 */
export const createPlaceOrders = (deps: OrderDeps) => {
  const { lane, venue, inFlight, accounts, budget } = deps;
  const prepare = createPreparePlace(deps);
  return async (by: Actor & { userId: string }, input: PlaceOrdersInput): Promise<Once<PlacedOrders>> => {
    const problem = check(input);
    if (problem !== undefined) return refusedNow(problem);
    // All or none: which orders of a request fit into a budget would be chance.
    await budget.spend(by.userId, input.orders.length);
    // Known before the first is looked at, so that each is not asked for again.
    const own = await accounts.idsOf(by.userId);
    const prepared = await Promise.all(input.orders.map((order) => prepare(by, order)));
    const key = keyOf(by.userId, 'placeOrders', input.idempotencyKey, () => fingerprintOfOrders(input.orders));
    // With a key there may be an answer to orders that are refused by now, for another tick or lot.
    if (!prepared.some(isPlacing) && key === undefined) {
      return { ok: true, value: prepared as Once<never>[], replayed: false };
    }
    const answer = await inFlight(key, () => lane.run(inOneTurn(by, prepared, key, own, venue)));
    const repeated = repeatedIn(answer, prepared);
    if (repeated.count > 0) void budget.giveBack(by.userId, repeated.count);
    return { ...answer, replayed: repeated.all };
  };
};
