import { auditLine } from '../audit/line.ts';
import { failure } from '../errors.ts';
import { keyOf, type Once, once, refusedNow } from '../idempotency/once.ts';
import type { Actor } from '../identity/viewer.ts';
import type { OrderRow } from '../lane/rows.ts';
import { checkOrder } from './check-order.ts';
import { decidePlace } from './decide-place.ts';
import type { PlaceOrderInput } from './input.ts';
import type { OrderDeps } from './orders.ts';
import { venueOrderOf } from './venue-order.ts';
import { reviveOrder } from './view.ts';

/** `placeOrder`: checks what can be checked without the account, then decides in the lane, then tells the venue. */
export const createPlaceOrder =
  (deps: OrderDeps) =>
  async (by: Actor & { userId: string }, input: PlaceOrderInput): Promise<Once<OrderRow>> => {
    const instrument = deps.market.find(input.symbol);
    if (instrument === undefined) {
      return refusedNow(failure('UNKNOWN_SYMBOL', 'No instrument has this symbol.', 'symbol'));
    }
    const accountId = await deps.accounts.find(by.userId, input.accountId);
    if (accountId === undefined) return refusedNow(failure('NOT_FOUND', 'The account does not exist.', 'accountId'));
    const order = checkOrder(input, accountId, instrument);
    if ('failures' in order) return refusedNow(...order.failures);
    const key = keyOf(by.userId, 'placeOrder', input.idempotencyKey, order.fingerprint);
    const [id, auditId] = [deps.ids.next(), deps.ids.next()];
    const asset = order.side === 'BUY' ? instrument.quoteAsset : instrument.baseAsset;
    const { clientOrderId } = order;
    return deps.inFlight(key, () =>
      deps.lane.run<Once<OrderRow>>({
        needs: {
          accounts: [accountId],
          balances: [{ accountId, asset }],
          clientOrders: clientOrderId === null ? [] : [{ accountId, clientOrderId }],
          idempotency: key === undefined ? [] : [key],
        },
        decide: (books, at) =>
          once(books, at, key, reviveOrder, () => {
            const quote = deps.venue.quote(order.symbol);
            const shared = { rates: deps.rates, switches: deps.switches(), hours: deps.hours() };
            const facts = { order, userId: by.userId, id, instrument, quote, ...shared };
            const answer = decidePlace(books, at, facts);
            books.addAudit(auditLine(auditId, at, by, 'placeOrder', answer.ok ? answer.value.id : accountId, answer));
            return answer;
          }),
        committed: (answer) => {
          // Only the decision that made this order hands it to the venue: a replay or a repeated clientOrderId has another id.
          if (!answer.ok || answer.value.id !== id || answer.value.status !== 'PENDING_NEW') return;
          deps.venue.submit([venueOrderOf(answer.value, deps.rates)]);
        },
      }),
    );
  };
