import { auditLine } from '../../audit/line.ts';
import { type Failure, failure } from '../../errors.ts';
import { type Answer, isKept, keyOf, type Once, once, refusedNow } from '../../idempotency/once.ts';
import { refuseUnlessRepeated } from '../../idempotency/unless-repeated.ts';
import type { Actor } from '../../identity/viewer/viewer.ts';
import { checkKey } from '../../kernel/key.ts';
import type { Books } from '../../lane/books.ts';
import { limits } from '../../limits.ts';
import { fingerprintOfList } from '../fingerprint-sent.ts';
import type { NewOrder, PlaceOrderListInput } from '../input.ts';
import type { ListType } from '../list.ts';
import type { OrderDeps } from '../orders.ts';
import { venueOrderOf } from '../venue/venue-order.ts';
import { reviveOrder } from '../view.ts';
import { checkList } from './check-list.ts';
import { checkOrder } from './check-order.ts';
import { decideList, decideListRepeat, type PlacedList } from './decide-list.ts';
import { factsOf } from './place.ts';

/** A list as it was sent. */
interface Checked {
  /** Its orders, where each of them can be read. */
  orders: readonly NewOrder[] | undefined;
  /** Why it is not placed: unless it is the repeat of one that was placed before these reasons were there. */
  failures: readonly Failure[];
}

const checkEach = (deps: OrderDeps, input: PlaceOrderListInput, accountId: string): Checked => {
  const [orders, failures]: [NewOrder[], Failure[]] = [[], []];
  for (const [index, sent] of input.orders.entries()) {
    const instrument = deps.market.find(sent.symbol);
    const unknown = failure('UNKNOWN_SYMBOL', 'No instrument has this symbol.', 'symbol');
    const checked =
      instrument === undefined ? { order: undefined, failures: [unknown] } : checkOrder(sent, accountId, instrument);
    if (checked.order !== undefined) orders.push(checked.order);
    for (const { code, message, field = [] } of checked.failures) {
      failures.push(failure(code, message, 'orders', String(index), ...field));
    }
  }
  return { orders: orders.length === input.orders.length ? orders : undefined, failures };
};

const check = (deps: OrderDeps, input: PlaceOrderListInput, accountId: string | undefined): Checked => {
  const no = (problem: Failure): Checked => ({ orders: undefined, failures: [problem] });
  if (accountId === undefined) return no(failure('NOT_FOUND', 'The account does not exist.', 'accountId'));
  const { orders, failures } = checkEach(deps, input, accountId);
  if (failures.length > 0 || orders === undefined) return { orders, failures };
  const problem = checkList(input.type, orders);
  return problem === undefined ? { orders, failures } : no(problem);
};

const revive = (json: { id: string; type: ListType; orders: Record<string, string | null>[] }): PlacedList => ({
  ...json,
  orders: json.orders.map(reviveOrder),
});

const namesIn = (orders: readonly NewOrder[]) =>
  orders.flatMap(({ accountId, clientOrderId }) => (clientOrderId === null ? [] : [{ accountId, clientOrderId }]));

/** `placeOrderList`: places all orders of a list, or none. */
export const createPlaceOrderList =
  (deps: OrderDeps) =>
  async (by: Actor & { userId: string }, input: PlaceOrderListInput): Promise<Once<PlacedList>> => {
    const { type, idempotencyKey } = input;
    const badKey = checkKey(idempotencyKey, 'idempotencyKey', limits.text.idempotencyKey);
    if (badKey !== undefined) return refusedNow(badKey);
    const accountId = await deps.accounts.find(by.userId, input.accountId);
    const { orders, failures } = check(deps, input, accountId);
    const key = keyOf(by.userId, 'placeOrderList', idempotencyKey, () => fingerprintOfList(input));
    const names = namesIn(orders ?? []);
    if (accountId === undefined || orders === undefined || (failures.length > 0 && names.length === 0)) {
      const accounts = accountId === undefined ? await deps.accounts.idsOf(by.userId) : [accountId];
      return refuseUnlessRepeated(deps, failures, { key, accounts, revive });
    }
    const refusal = refusedNow(...failures);
    const instrument = deps.instrumentOf(orders[0]?.symbol ?? '');
    const [listId, auditId, ids] = [deps.ids.next(), deps.ids.next(), orders.map(() => deps.ids.next())];
    const decide = (books: Books, at: Date): Answer<PlacedList> => {
      const facts = orders.map((order, index) =>
        factsOf(deps, { order, instrument }, { userId: by.userId, id: ids[index] ?? '' }),
      );
      const list = { listId, type, orders: facts };
      const answer = failures.length > 0 ? decideListRepeat(books, list) : decideList(books, at, list);
      if (answer === undefined) return refusal;
      books.addAudit(auditLine(auditId, at, by, 'placeOrderList', answer.ok ? answer.value.id : accountId, answer));
      return answer;
    };
    const isKeptHere = (answer: Answer<PlacedList>): boolean => answer !== refusal && isKept(answer);
    return deps.inFlight(key, () =>
      deps.lane.run<Once<PlacedList>>({
        needs: {
          accounts: [accountId],
          balances: [instrument.quoteAsset, instrument.baseAsset].map((asset) => ({ accountId, asset })),
          clientOrders: names,
          idempotency: key === undefined ? [] : [key],
        },
        decide: (books, at) => once(books, at, key, revive, () => decide(books, at), isKeptHere),
        committed: (answer) => {
          if (!answer.ok || answer.value.id !== listId) return;
          const live = answer.value.orders.filter(({ status }) => status === 'PENDING_NEW');
          deps.venue.submit(live.map((order) => venueOrderOf(order, deps.rates)));
        },
      }),
    );
  };
