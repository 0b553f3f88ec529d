import { auditLine } from '../../audit/line.ts';
import { type Failure, failure } from '../../errors.ts';
import { fingerprintOf, keyOf, type Once, once, refusedNow } from '../../idempotency/once.ts';
import type { Actor } from '../../identity/viewer/viewer.ts';
import { checkKey } from '../../kernel/key.ts';
import { limits } from '../../limits.ts';
import type { NewOrder, PlaceOrderInput } from '../input.ts';
import type { ListType } from '../list.ts';
import type { OrderDeps } from '../orders.ts';
import { venueOrderOf } from '../venue/venue-order.ts';
import { reviveOrder } from '../view.ts';
import { checkList } from './check-list.ts';
import { checkOrder } from './check-order.ts';
import { decideList, type PlacedList } from './decide-list.ts';

export interface PlaceOrderListInput {
  type: ListType;
  accountId?: string | null | undefined;
  orders: readonly Omit<PlaceOrderInput, 'accountId' | 'idempotencyKey'>[];
  idempotencyKey?: string | null | undefined;
}

interface Checked {
  orders: NewOrder[];
  failures: Failure[];
}

const checkEach = (deps: OrderDeps, input: PlaceOrderListInput, accountId: string): Checked => {
  const checked: Checked = { orders: [], failures: [] };
  for (const [index, order] of input.orders.entries()) {
    const instrument = deps.market.find(order.symbol);
    const unknown = failure('UNKNOWN_SYMBOL', 'No instrument has this symbol.', 'symbol');
    const found = instrument === undefined ? { failures: [unknown] } : checkOrder(order, accountId, instrument);
    if (!('failures' in found)) checked.orders.push(found);
    else {
      for (const { code, message, field = [] } of found.failures) {
        checked.failures.push(failure(code, message, 'orders', String(index), ...field));
      }
    }
  }
  return checked;
};

const check = (
  deps: OrderDeps,
  input: PlaceOrderListInput,
  accountId: string,
): NewOrder[] | { failures: Failure[] } => {
  const badKey = checkKey(input.idempotencyKey, 'idempotencyKey', limits.text.idempotencyKey);
  if (badKey !== undefined) return { failures: [badKey] };
  const { orders, failures } = checkEach(deps, input, accountId);
  if (failures.length > 0) return { failures };
  const problem = checkList(input.type, orders);
  return problem === undefined ? orders : { failures: [problem] };
};

const revive = (json: { id: string; type: ListType; orders: Record<string, string | null>[] }): PlacedList => ({
  ...json,
  orders: json.orders.map(reviveOrder),
});

/** `placeOrderList`: places all orders of a list, or none. */
export const createPlaceOrderList =
  (deps: OrderDeps) =>
  async (by: Actor & { userId: string }, input: PlaceOrderListInput): Promise<Once<PlacedList>> => {
    const accountId = await deps.accounts.find(by.userId, input.accountId);
    if (accountId === undefined) return refusedNow(failure('NOT_FOUND', 'The account does not exist.', 'accountId'));
    const orders = check(deps, input, accountId);
    if ('failures' in orders) return refusedNow(...orders.failures);
    const instrument = deps.instrumentOf(orders[0]?.symbol ?? '');
    const fingerprint = fingerprintOf(input.type, ...orders.map((order) => order.fingerprint));
    const key = keyOf(by.userId, 'placeOrderList', input.idempotencyKey, fingerprint);
    const [listId, auditId, ids] = [deps.ids.next(), deps.ids.next(), orders.map(() => deps.ids.next())];
    const names = orders.flatMap(({ clientOrderId }) => (clientOrderId === null ? [] : [{ accountId, clientOrderId }]));
    return deps.inFlight(key, () =>
      deps.lane.run<Once<PlacedList>>({
        needs: {
          accounts: [accountId],
          balances: [instrument.quoteAsset, instrument.baseAsset].map((asset) => ({ accountId, asset })),
          clientOrders: names,
          idempotency: key === undefined ? [] : [key],
        },
        decide: (books, at) =>
          once(books, at, key, revive, () => {
            const quote = deps.venue.quote(instrument.symbol);
            const rules = { rates: deps.rates, switches: deps.switches(), hours: deps.hours() };
            const shared = { userId: by.userId, instrument, quote, ...rules };
            const facts = orders.map((order, index) => ({ ...shared, order, id: ids[index] ?? '' }));
            const answer = decideList(books, at, { listId, type: input.type, orders: facts });
            books.addAudit(
              auditLine(auditId, at, by, 'placeOrderList', answer.ok ? answer.value.id : accountId, answer),
            );
            return answer;
          }),
        committed: (answer) => {
          if (!answer.ok || answer.value.id !== listId) return;
          const live = answer.value.orders.filter(({ status }) => status === 'PENDING_NEW');
          deps.venue.submit(live.map((order) => venueOrderOf(order, deps.rates)));
        },
      }),
    );
  };
