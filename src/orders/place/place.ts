import { auditLine } from '../../audit/line.ts';
import { failure } from '../../errors.ts';
import { type IdempotencyKey, keyOf, type Once, once, refusedNow } from '../../idempotency/once.ts';
import type { Actor } from '../../identity/viewer/viewer.ts';
import type { Command } from '../../lane/command.ts';
import type { OrderRow } from '../../lane/rows.ts';
import type { VenueOrder } from '../../venues/venue.ts';
import type { PlaceOrderInput } from '../input.ts';
import type { OrderDeps } from '../orders.ts';
import { venueOrderOf } from '../venue/venue-order.ts';
import { reviveOrder } from '../view.ts';
import { checkOrder } from './check-order.ts';
import { decidePlace } from './decide-place.ts';

/** An order that lacks nothing but its turn in the lane. */
export interface Placing extends Pick<Command<Once<OrderRow>>, 'needs' | 'decide'> {
  key: IdempotencyKey | undefined;
  /** What the venue is told once the answer is committed. */
  forVenue(answer: Once<OrderRow>): VenueOrder[];
}

/** Checks what can be checked without the account. */
export const createPreparePlace =
  (deps: OrderDeps) =>
  async (by: Actor & { userId: string }, input: PlaceOrderInput): Promise<Placing | Once<never>> => {
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
    return {
      key,
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
      // Only the decision that made this order hands it to the venue: a replay or a repeated clientOrderId has another id.
      forVenue: (answer) =>
        !answer.ok || answer.value.id !== id || answer.value.status !== 'PENDING_NEW'
          ? []
          : [venueOrderOf(answer.value, deps.rates)],
    };
  };

/** `placeOrder`: checked, decided in the lane, then told to the venue. */
export const createPlaceOrder = (deps: OrderDeps) => {
  const prepare = createPreparePlace(deps);
  return async (by: Actor & { userId: string }, input: PlaceOrderInput): Promise<Once<OrderRow>> => {
    const placing = await prepare(by, input);
    if (!('decide' in placing)) return placing;
    const { key, needs, decide, forVenue } = placing;
    const committed = (answer: Once<OrderRow>): void => deps.venue.submit(forVenue(answer));
    return deps.inFlight(key, () => deps.lane.run({ needs, decide, committed }));
  };
};
