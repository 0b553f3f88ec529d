import { auditLine } from '../audit/line.ts';
import type { OrderSide } from '../database/generated/enums.ts';
import { failure } from '../errors.ts';
import type { Actor } from '../identity/viewer.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import { type CancelAllReport, createCancelOpenOrders } from './cancel-all.ts';
import type { OrderDeps } from './orders.ts';

export interface CancelAllOrdersInput {
  accountId?: string | null | undefined;
  symbol?: string | null | undefined;
  side?: OrderSide | null | undefined;
}

/** `cancelAllOrders`: asks the customer's own open orders to cancel, all of them or those of a symbol or a side. */
export const createCancelAllOrders = (deps: OrderDeps) => {
  const cancelOpenOrders = createCancelOpenOrders(deps);
  return async (by: Actor & { userId: string }, input: CancelAllOrdersInput): Promise<Result<CancelAllReport>> => {
    const own = await deps.accounts.idsOf(by.userId);
    const wanted = input.accountId?.toLowerCase();
    const accountIds = wanted === undefined ? own : own.filter((id) => id === wanted);
    const [accountId] = accountIds;
    if (accountId === undefined) return refused(failure('NOT_FOUND', 'The account does not exist.', 'accountId'));
    const { symbol, side } = input;
    if (symbol != null && deps.market.find(symbol) === undefined) {
      return refused(failure('UNKNOWN_SYMBOL', 'No instrument has this symbol.', 'symbol'));
    }
    // The wish itself goes into the audit log first: what it led to are the orders' own events.
    const auditId = deps.ids.next();
    await deps.lane.run({
      needs: { accounts: [accountId] },
      decide: (books, at) => books.addAudit(auditLine(auditId, at, by, 'cancelAllOrders', accountId, { ok: true })),
    });
    return ok(await cancelOpenOrders({ accountIds, ...(symbol != null && { symbol }), ...(side != null && { side }) }));
  };
};
