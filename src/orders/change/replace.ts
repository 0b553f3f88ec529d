import { auditLine } from '../../audit/line.ts';
import { type Failure, failure, isFailure } from '../../errors.ts';
import { keyOf, type Once, once, refusedNow } from '../../idempotency/once.ts';
import { refuseUnlessRepeated } from '../../idempotency/unless-repeated.ts';
import type { Actor } from '../../identity/viewer/viewer.ts';
import { checkKey } from '../../kernel/key.ts';
import type { OrderRow } from '../../lane/rows.ts';
import { limits } from '../../limits.ts';
import type { Instrument } from '../../market/instrument.ts';
import type { Trail } from '../../venues/venue.ts';
import { findOwn, seeOwn } from '../find-own.ts';
import { fingerprintOfReplacement } from '../fingerprint-sent.ts';
import type { ReplaceOrderInput } from '../input.ts';
import type { OrderDeps } from '../orders.ts';
import { noSuchOrder, ownOrderNeeds } from '../own-order.ts';
import { checkedPrice, checkedQty, checkedTrail } from '../place/check-order.ts';
import { venueReplacementOf } from '../venue/venue-order.ts';
import { reviveOrder } from '../view.ts';
import type { Changes } from './check-replace.ts';
import { decideReplace } from './decide-replace.ts';

/** A new distance, as its venue takes it. An order has one of the two, and so has what takes its place. */
const checkTrail = (
  { trailPrice, trailPercent }: ReplaceOrderInput,
  instrument: Instrument,
): Trail | Failure | null => {
  if (trailPrice != null && trailPercent != null) {
    return failure('INVALID_PRICE', 'A TRAILING_STOP order has either trailPrice or trailPercent.', 'trailPrice');
  }
  if (trailPrice != null) {
    const price = checkedPrice(trailPrice, instrument, 'trailPrice');
    return isFailure(price) ? price : { price };
  }
  if (trailPercent == null) return null;
  const bps = checkedTrail(trailPercent, instrument.symbol);
  return isFailure(bps) ? bps : { bps };
};

const terms = ['qty', 'limitPrice', 'stopPrice', 'trailPrice', 'trailPercent'] as const;

const checkChanges = (input: ReplaceOrderInput, instrument: Instrument): Changes | { failures: Failure[] } => {
  const qty = input.qty == null ? null : checkedQty(input.qty, instrument);
  const limitPrice = input.limitPrice == null ? null : checkedPrice(input.limitPrice, instrument, 'limitPrice');
  const stopPrice = input.stopPrice == null ? null : checkedPrice(input.stopPrice, instrument, 'stopPrice');
  const trail = checkTrail(input, instrument);
  const isEmpty = terms.every((name) => input[name] == null);
  const failures = [
    isEmpty ? failure('INVALID_INPUT', `Give at least one of ${terms.join(', ')}.`, 'qty') : undefined,
    qty,
    limitPrice,
    stopPrice,
    trail,
    checkKey(input.newClientOrderId, 'newClientOrderId', limits.text.clientOrderId),
  ].filter(isFailure);
  if (failures.length > 0 || isFailure(qty) || isFailure(limitPrice) || isFailure(stopPrice) || isFailure(trail)) {
    return { failures };
  }
  return { qty, limitPrice, stopPrice, trail, clientOrderId: input.newClientOrderId ?? null };
};

/** `replaceOrder`: asks the venue to put other terms in the order's place; the answer shows it PENDING_REPLACE. */
export const createReplaceOrder =
  (deps: OrderDeps) =>
  async (by: Actor & { userId: string }, input: ReplaceOrderInput): Promise<Once<OrderRow>> => {
    const badKey = checkKey(input.idempotencyKey, 'idempotencyKey', limits.text.idempotencyKey);
    if (badKey !== undefined) return refusedNow(badKey);
    const own = await findOwn(deps.accounts, by.userId, input);
    if ('code' in own) return refusedNow(own);
    const seen = await seeOwn(deps.store, by.userId, own);
    if (seen === undefined) return refusedNow(noSuchOrder(own));
    const instrument = deps.instrumentOf(seen.symbol);
    const key = keyOf(by.userId, 'replaceOrder', input.idempotencyKey, () => fingerprintOfReplacement(input));
    const changes = checkChanges(input, instrument);
    if ('failures' in changes) {
      return refuseUnlessRepeated(deps, changes.failures, { key, accounts: [own.accountId], revive: reviveOrder });
    }
    const { clientOrderId } = changes;
    const [newOrderId, auditId] = [deps.ids.next(), deps.ids.next()];
    const needs = ownOrderNeeds(own, instrument);
    const taken = clientOrderId === null ? [] : [{ accountId: own.accountId, clientOrderId }];
    return deps.inFlight(key, () =>
      deps.lane.run<Once<OrderRow>>({
        needs: {
          ...needs,
          clientOrders: [...needs.clientOrders, ...taken],
          idempotency: key === undefined ? [] : [key],
        },
        decide: (books, at) =>
          once(books, at, key, reviveOrder, () => {
            const facts = {
              ...own,
              userId: by.userId,
              changes,
              newOrderId,
              instrument,
              instrumentOf: deps.instrumentOf,
              quote: deps.venue.quote(instrument.symbol),
              rates: deps.rates,
              hours: deps.hours,
              switches: deps.switches(),
            };
            const answer = decideReplace(books, at, facts);
            books.addAudit(auditLine(auditId, at, by, 'replaceOrder', seen.id, answer));
            return answer;
          }),
        committed: (answer) => {
          if (!answer.ok || answer.value.replacement?.newOrderId !== newOrderId) return;
          deps.venue.replace([venueReplacementOf(answer.value)]);
        },
      }),
    );
  };
