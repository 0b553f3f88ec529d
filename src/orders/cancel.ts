import { auditLine } from '../audit/line.ts';
import { type Failure, failure } from '../errors.ts';
import { fingerprintOf, keyOf, type Once, once, refusedNow } from '../idempotency/once.ts';
import type { Actor } from '../identity/viewer.ts';
import { isUuid } from '../kernel/ids.ts';
import { checkKey } from '../kernel/key.ts';
import type { OrderRow } from '../lane/rows.ts';
import { limits } from '../limits.ts';
import { decideCancel } from './decide-cancel.ts';
import type { OrderDeps } from './orders.ts';
import { reviveOrder } from './view.ts';

export interface CancelOrderInput {
  id?: string | null | undefined;
  accountId?: string | null | undefined;
  clientOrderId?: string | null | undefined;
  idempotencyKey?: string | null | undefined;
}

const check = (input: CancelOrderInput): Failure | undefined => {
  if ((input.id == null) === (input.clientOrderId == null)) {
    return failure('INVALID_INPUT', 'Give either id or clientOrderId.', 'id');
  }
  return checkKey(input.idempotencyKey, 'idempotencyKey', limits.text.idempotencyKey);
};

/** `cancelOrder`: asks the venue to take an open order off its book; the answer shows it PENDING_CANCEL. */
export const createCancelOrder =
  (deps: OrderDeps) =>
  async (by: Actor & { userId: string }, input: CancelOrderInput): Promise<Once<OrderRow>> => {
    const problem = check(input);
    if (problem !== undefined) return refusedNow(problem);
    const orderId = input.id?.toLowerCase() ?? null;
    const clientOrderId = input.clientOrderId ?? null;
    const accountId = await deps.accounts.find(by.userId, input.accountId);
    if (accountId === undefined || (orderId !== null && !isUuid(orderId))) {
      const field = accountId === undefined ? 'accountId' : 'id';
      return refusedNow(failure('NOT_FOUND', 'The order does not exist.', field));
    }
    const fingerprint = fingerprintOf(accountId, orderId, clientOrderId);
    const key = keyOf(by.userId, 'cancelOrder', input.idempotencyKey, fingerprint);
    const auditId = deps.ids.next();
    const facts = { userId: by.userId, accountId, orderId, clientOrderId };
    return deps.inFlight(key, () =>
      deps.lane.run<Once<OrderRow>>({
        needs: {
          accounts: [accountId],
          orders: orderId === null ? [] : [orderId],
          clientOrders: clientOrderId === null ? [] : [{ accountId, clientOrderId }],
          idempotency: key === undefined ? [] : [key],
        },
        decide: (books, at) =>
          once(books, at, key, reviveOrder, () => {
            const answer = decideCancel(books, at, facts);
            const target = answer.ok ? answer.value.id : (orderId ?? accountId);
            books.addAudit(auditLine(auditId, at, by, 'cancelOrder', target, answer));
            return answer;
          }),
        committed: (answer) => {
          if (!answer.ok || answer.replayed) return;
          deps.venue.cancel([{ orderId: answer.value.id, accountId, symbol: answer.value.symbol }]);
        },
      }),
    );
  };
