import type { Books, Line } from '../lane/books.ts';
import { reversed } from './entries.ts';
import { house } from './house.ts';

/**
 * Cash that a customer must give and has not: the house lends it in the same transaction, so that what happened is booked and
 * no balance is ever below zero. What is owed is an asset of its own, `USD-OWED`: its postings are in the journal, in statements
 * and in past balances like any others, and the same CHECK keeps it from falling below zero.
 */
export const owedAsset = (asset: string): string => `${asset}-OWED`;

export interface Loan {
  /** Of the entry that books it. */
  entryId: string;
  /** The execution, or the transfer, that it is for. */
  reference: string;
  accountId: string;
  asset: string;
}

const loanLines = ({ accountId, asset }: Loan, amount: bigint): Line[] => [
  { accountId: house.cover, asset, amount: -amount },
  { accountId, asset, amount },
  { accountId: house.cover, asset: owedAsset(asset), amount: -amount },
  { accountId, asset: owedAsset(asset), amount },
];

/** The balances that a loan, or its repayment, touches beside the account's own cash. */
export const loanBalances = (accountId: string, asset: string): { accountId: string; asset: string }[] => [
  { accountId, asset: owedAsset(asset) },
  { accountId: house.cover, asset },
  { accountId: house.cover, asset: owedAsset(asset) },
];

const tell = (books: Books, type: string, loan: Loan, amount: bigint, at: Date): void => {
  const { entryId, reference, accountId, asset } = loan;
  const owed = books.balance(accountId, owedAsset(asset)).posted;
  books.emit(accountId, type, { entryId, reference, asset, amount, owed }, at);
};

/** Lends what is missing of `needed`; nothing when that is available. */
export const cover = (books: Books, loan: Loan & { auditId: string }, needed: bigint, at: Date): void => {
  const { entryId, reference, accountId, asset } = loan;
  const { posted, held } = books.balance(accountId, asset);
  const missing = needed - (posted - held);
  if (missing <= 0n) return;
  books.book({ id: entryId, kind: 'COVER', reference, createdAt: at }, loanLines(loan, missing));
  tell(books, 'SHORTFALL_COVERED', loan, missing, at);
  books.addAudit({
    ...{ id: loan.auditId, createdAt: at, actorId: null, action: 'coverShortfall', target: accountId },
    // Nobody has asked for it: it belongs to what was executed.
    ...{ requestId: reference, outcome: 'OK', details: { entryId, asset, amount: missing.toString() } },
  });
};

/** Takes back of what is owed as much as is available. */
export const repay = (books: Books, loan: Loan, at: Date): void => {
  const { accountId, asset, entryId, reference } = loan;
  const owed = books.balance(accountId, owedAsset(asset)).posted;
  const { posted, held } = books.balance(accountId, asset);
  const amount = owed < posted - held ? owed : posted - held;
  if (amount <= 0n) return;
  books.book({ id: entryId, kind: 'REPAYMENT', reference, createdAt: at }, reversed(loanLines(loan, amount)));
  tell(books, 'SHORTFALL_REPAID', loan, amount, at);
};
