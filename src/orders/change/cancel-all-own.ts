import { auditLine } from '../../audit/line.ts';
import type { OrderSide } from '../../database/generated/enums.ts';
import { failure } from '../../errors.ts';
import { fingerprintOf, type IdempotencyKey, keyOf, type Once, once, refusedNow } from '../../idempotency/once.ts';
import { createTurns } from '../../idempotency/turns.ts';
import { refuseUnlessRepeated } from '../../idempotency/unless-repeated.ts';
import type { Actor } from '../../identity/viewer/viewer.ts';
import { checkKey } from '../../kernel/key.ts';
import { ok } from '../../kernel/result.ts';
import { limits } from '../../limits.ts';
import type { OrderDeps } from '../orders.ts';
import { type CancelAllReport, createCancelOpenOrders } from './cancel-all.ts';

export interface CancelAllOrdersInput {
  accountId?: string | null | undefined;
  symbol?: string | null | undefined;
  side?: OrderSide | null | undefined;
  idempotencyKey?: string | null | undefined;
}

const revive = (kept: CancelAllReport): CancelAllReport => kept;

/**
 * `cancelAllOrders`: asks the customer's own open orders to cancel, all of them or those of a symbol or a side. It takes
 * several decisions, so its answer is kept by the last of them: a repeat after a crash in between goes on where that ended.
 */
export const createCancelAllOrders = (deps: OrderDeps) => {
  const cancelOpenOrders = createCancelOpenOrders(deps);
  const turns = createTurns();
  const run = async (
    by: Actor & { userId: string },
    accountId: string,
    key: IdempotencyKey | undefined,
    work: () => Promise<CancelAllReport>,
  ): Promise<Once<CancelAllReport>> => {
    const needs = { accounts: [accountId], idempotency: key === undefined ? [] : [key] };
    const auditId = deps.ids.next();
    // The wish itself goes into the audit log first: what it led to are the orders' own events.
    const isNew = await deps.lane.run({
      needs,
      decide: (books, at) => {
        if (key !== undefined && books.remembered(key.viewerId, key.operation, key.key) !== undefined) return false;
        books.addAudit(auditLine(auditId, at, by, 'cancelAllOrders', accountId, { ok: true }));
        return true;
      },
    });
    const report = isNew ? await work() : { asked: 0, left: 0 };
    if (key === undefined) return { ...ok(report), replayed: false };
    return deps.lane.run({
      needs,
      decide: (books, at) => once(books, at, key, revive, () => ok(report)),
    });
  };
  return async (by: Actor & { userId: string }, input: CancelAllOrdersInput): Promise<Once<CancelAllReport>> => {
    const badKey = checkKey(input.idempotencyKey, 'idempotencyKey', limits.text.idempotencyKey);
    if (badKey !== undefined) return refusedNow(badKey);
    const own = await deps.accounts.idsOf(by.userId);
    const wanted = input.accountId?.toLowerCase();
    const accountIds = wanted === undefined ? own : own.filter((id) => id === wanted);
    const [accountId] = accountIds;
    if (accountId === undefined) return refusedNow(failure('NOT_FOUND', 'The account does not exist.', 'accountId'));
    const { symbol, side } = input;
    const fingerprint = () => fingerprintOf(wanted, symbol, side);
    const key = keyOf(by.userId, 'cancelAllOrders', input.idempotencyKey, fingerprint);
    if (symbol != null && deps.market.find(symbol) === undefined) {
      const unknown = failure('UNKNOWN_SYMBOL', 'No instrument has this symbol.', 'symbol');
      return refuseUnlessRepeated(deps, [unknown], { key, accounts: [accountId], revive });
    }
    const scope = { accountIds, ...(symbol != null && { symbol }), ...(side != null && { side }) };
    return deps.inFlight(key, () => turns(key, () => run(by, accountId, key, () => cancelOpenOrders(scope))));
  };
};
