import { house } from '../../ledger/house.ts';
import { loanBalances } from '../../ledger/shortfall.ts';
import type { Report } from '../../venues/venue.ts';
import type { OrderRules } from '../list.ts';
import { execIdOf } from './exec-id.ts';

/** The rows that a venue's reports touch. */
export const settleNeeds = (reports: readonly Report[], instrumentOf: OrderRules['instrumentOf']) => {
  const needs = {
    accounts: [] as string[],
    orders: [] as string[],
    balances: [] as { accountId: string; asset: string }[],
    positions: [] as { accountId: string; symbol: string }[],
    lots: [] as { accountId: string; symbol: string; qty: bigint }[],
    executions: [] as string[],
  };
  const touch = (accountId: string, ...assets: string[]): void => {
    needs.accounts.push(accountId);
    for (const asset of assets) needs.balances.push({ accountId, asset });
  };
  for (const report of reports) {
    if (report.kind !== 'TRADE') {
      needs.orders.push(report.orderId);
      const { baseAsset, quoteAsset } = instrumentOf(report.symbol);
      touch(report.accountId, baseAsset, quoteAsset);
      continue;
    }
    const { baseAsset, quoteAsset } = instrumentOf(report.symbol);
    touch(house.fees, quoteAsset);
    // For what came too late to be held for, and for what is owed.
    touch(house.cover, baseAsset, quoteAsset);
    needs.executions.push(execIdOf(report, 'BUY'), execIdOf(report, 'SELL'));
    const seller = report.takerSide === 'SELL' ? report.taker : report.maker;
    if (seller !== null) needs.lots.push({ accountId: seller.accountId, symbol: report.symbol, qty: report.qty });
    for (const party of [report.taker, report.maker]) {
      touch(party?.accountId ?? house.venue, baseAsset, quoteAsset);
      if (party === null) continue;
      needs.balances.push(...loanBalances(party.accountId, quoteAsset));
      needs.orders.push(party.orderId);
      needs.positions.push({ accountId: party.accountId, symbol: report.symbol });
    }
  }
  return needs;
};
