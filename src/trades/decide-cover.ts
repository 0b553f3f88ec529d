import type { Ids } from '../kernel/ids.ts';
import type { Books, Line } from '../lane/books.ts';
import type { ExecutionRow, OrderRow } from '../lane/rows.ts';
import { cover } from '../ledger/shortfall.ts';
import type { Instrument } from '../market/instrument.ts';
import type { OrderRules } from '../orders/list.ts';
import { buyIn } from '../orders/settle/decide-trade.ts';

interface AmendedSide {
  old: ExecutionRow;
  order: OrderRow;
  /** Of the execution that takes the old one back. */
  bustId: string;
  /** What all sides get and give, and what their orders let go of. */
  after: readonly Line[];
}

/**
 * Makes up for what a side must give back and has not: units are bought in at the price at which they are taken back, cash is
 * lent.
 */
export const makeUp = (
  books: Books,
  { old, order, bustId, after }: AmendedSide,
  { rules, ids, instrument }: { rules: OrderRules; ids: Ids; instrument: Instrument },
  at: Date,
): void => {
  const { accountId } = old;
  const { baseAsset, quoteAsset } = instrument;
  const given = (asset: string): bigint =>
    after.reduce((sum, line) => (line.accountId === accountId && line.asset === asset ? sum - line.amount : sum), 0n);
  const { posted, held } = books.balance(accountId, baseAsset);
  buyIn(books, order, given(baseAsset) - (posted - held), old.price, { ...rules, ids }, at);
  const loan = { entryId: ids.next(), auditId: ids.next(), reference: bustId, accountId, asset: quoteAsset };
  cover(books, loan, given(quoteAsset), at);
};
