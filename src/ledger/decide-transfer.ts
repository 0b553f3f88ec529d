import type { TransferKind } from '../database/generated/enums.ts';
import { byState, failure } from '../errors.ts';
import type { Answer } from '../idempotency/once.ts';
import { formatDecimal, MAX_UNITS, tenTo } from '../kernel/decimal.ts';
import type { Books } from '../lane/books.ts';
import type { TransferRow } from '../lane/rows.ts';
import { limits } from '../limits.ts';
import { transferLines } from './entries.ts';
import { house } from './house.ts';
import { owedAsset, repay } from './shortfall.ts';

export interface TransferFacts {
  id: string;
  /** Made while deciding, so that the entries of a batch have ids in the order in which they are booked. */
  entryId: string;
  /** Of what a deposit pays back, if anything is owed. */
  repaymentId: string;
  userId: string;
  accountId: string;
  kind: TransferKind;
  asset: string;
  scale: number;
  /** Positive units. */
  amount: bigint;
}

/**
 * Books money in from the world or out to it. A deposit pays back first what the account owes; a withdrawal takes what is
 * available beyond that, never what orders hold.
 */
export const decideTransfer = (books: Books, at: Date, facts: TransferFacts): Answer<TransferRow> => {
  const { accountId, asset, amount, kind, id } = facts;
  const account = books.account(accountId);
  if (account === undefined || account.userId !== facts.userId) {
    return { ok: false, failures: [failure('NOT_FOUND', 'The account does not exist.', 'accountId')] };
  }
  if (account.status !== 'ACTIVE') {
    return { ok: false, failures: [failure('ACCOUNT_CLOSED', 'The account is closed.', 'accountId')] };
  }
  const { posted, held } = books.balance(accountId, asset);
  const world = books.balance(house.world, asset).posted;
  if (kind === 'DEPOSIT' && world - amount < -MAX_UNITS) {
    return {
      ok: false,
      failures: [byState(failure('INVALID_AMOUNT', 'The balance would be out of range.', 'amount'))],
    };
  }
  const most = limits.money.paperBalance;
  if (kind === 'DEPOSIT' && posted + amount > most * tenTo(facts.scale)) {
    const message = `A paper account takes deposits up to a balance of ${most} ${asset}; it has ${formatDecimal(posted, facts.scale)}.`;
    return { ok: false, failures: [byState(failure('INVALID_AMOUNT', message, 'amount'))] };
  }
  const owed = books.balance(accountId, owedAsset(asset)).posted;
  const free = posted - held - owed;
  if (kind === 'WITHDRAWAL' && amount > free) {
    const text = (units: bigint): string => `${formatDecimal(units, facts.scale)} ${asset}`;
    const message = `The withdrawal needs ${text(amount)}; ${text(free < 0n ? 0n : free)} is available${owed > 0n ? ` beyond the ${text(owed)} that the account owes` : ''}.`;
    return { ok: false, failures: [failure('INSUFFICIENT_FUNDS', message, 'amount')] };
  }
  const entry = { id: facts.entryId, kind, reference: id, createdAt: at };
  books.book(entry, transferLines(accountId, asset, kind === 'DEPOSIT' ? amount : -amount));
  const transfer = { id, accountId, kind, asset, amount, createdAt: at };
  books.addTransfer(transfer);
  books.emit(accountId, kind, { transferId: id, asset, amount }, at);
  if (kind === 'DEPOSIT') repay(books, { entryId: facts.repaymentId, reference: id, accountId, asset }, at);
  return { ok: true, value: transfer };
};
