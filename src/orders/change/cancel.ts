import { auditLine } from '../../audit/line.ts';
import { fingerprintOf, keyOf, type Once, once, refusedNow } from '../../idempotency/once.ts';
import type { Actor } from '../../identity/viewer/viewer.ts';
import { checkKey } from '../../kernel/key.ts';
import type { OrderRow } from '../../lane/rows.ts';
import { limits } from '../../limits.ts';
import { findOwn, type OrderName, seeOwn } from '../find-own.ts';
import type { OrderDeps } from '../orders.ts';
import { noSuchOrder, ownOrderNeeds } from '../own-order.ts';
import { reviveOrder } from '../view.ts';
import { decideCancel } from './decide-cancel.ts';

export interface CancelOrderInput extends OrderName {
  idempotencyKey?: string | null | undefined;
}

/** `cancelOrder`: asks the venue to take an open order off its book; the answer shows it PENDING_CANCEL. */
export const createCancelOrder =
  (deps: OrderDeps) =>
  async (by: Actor & { userId: string }, input: CancelOrderInput): Promise<Once<OrderRow>> => {
    const problem = checkKey(input.idempotencyKey, 'idempotencyKey', limits.text.idempotencyKey);
    if (problem !== undefined) return refusedNow(problem);
    const own = await findOwn(deps.accounts, by.userId, input);
    if ('code' in own) return refusedNow(own);
    const seen = await seeOwn(deps.store, by.userId, own);
    if (seen === undefined) return refusedNow(noSuchOrder(own));
    const { accountId, orderId, clientOrderId } = own;
    const fingerprint = () => fingerprintOf(accountId, orderId, clientOrderId);
    const key = keyOf(by.userId, 'cancelOrder', input.idempotencyKey, fingerprint);
    const auditId = deps.ids.next();
    return deps.inFlight(key, () =>
      deps.lane.run<Once<OrderRow>>({
        needs: { ...ownOrderNeeds(own, deps.instrumentOf(seen.symbol)), idempotency: key === undefined ? [] : [key] },
        decide: (books, at) =>
          once(books, at, key, reviveOrder, () => {
            const { instrumentOf, rates, hours } = deps;
            const answer = decideCancel(books, at, { ...own, userId: by.userId, instrumentOf, rates, hours });
            const target = answer.ok ? answer.value.id : (orderId ?? accountId);
            books.addAudit(auditLine(auditId, at, by, 'cancelOrder', target, answer));
            return answer;
          }),
        committed: (answer) => {
          if (!answer.ok || answer.replayed || answer.value.status !== 'PENDING_CANCEL') return;
          deps.venue.cancel([{ orderId: answer.value.id, accountId, symbol: answer.value.symbol }]);
        },
      }),
    );
  };
