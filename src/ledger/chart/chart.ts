import type { AccountKind, ChartType, NormalSide } from '../../database/generated/enums.ts';

/** One line of the chart of accounts. Accounts belong to the line of their kind. */
export interface ChartLine {
  code: string;
  name: string;
  type: ChartType;
  normalSide: NormalSide;
  kind: AccountKind;
}

/**
 * The chart that a new database gets. A positive balance is what the house owes its holder, a credit: customers' money is
 * a liability, and the world outside, which the money came from, stands below zero as the asset that covers it.
 */
export const chart: readonly ChartLine[] = [
  { code: '1000', name: 'Money and units outside', type: 'ASSET', normalSide: 'DEBIT', kind: 'WORLD' },
  { code: '1100', name: 'Trading of the paper venue', type: 'ASSET', normalSide: 'DEBIT', kind: 'VENUE' },
  { code: '1200', name: 'Lent to customers who were short', type: 'ASSET', normalSide: 'DEBIT', kind: 'COVER' },
  { code: '2000', name: 'Customers', type: 'LIABILITY', normalSide: 'CREDIT', kind: 'CUSTOMER' },
  { code: '4000', name: 'Fees earned', type: 'INCOME', normalSide: 'CREDIT', kind: 'FEES' },
];
