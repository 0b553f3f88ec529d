import type { Line } from '../lane/books.ts';
import { house } from './house.ts';

/** The lines of each kind of entry. Every function's result sums to zero per asset; zero lines are dropped when booked. */

/** Money comes from the world to a customer; a withdrawal is the same with a negative amount. */
export const transferLines = (accountId: string, asset: string, amount: bigint): Line[] => [
  { accountId: house.world, asset, amount: -amount },
  { accountId, asset, amount },
];

/** The exact opposite. */
export const reversed = (lines: readonly Line[]): Line[] =>
  lines.map(({ accountId, asset, amount }) => ({ accountId, asset, amount: -amount }));

export interface TradeLegs {
  buyer: string;
  seller: string;
  baseAsset: string;
  quoteAsset: string;
  qty: bigint;
  /** price × qty, exact. */
  value: bigint;
  buyerFee: bigint;
  sellerFee: bigint;
}

/** Cash against units, and each side's fee as lines of their own. */
export const tradeLines = (trade: TradeLegs): Line[] => [
  { accountId: trade.buyer, asset: trade.quoteAsset, amount: -trade.value },
  { accountId: trade.seller, asset: trade.quoteAsset, amount: trade.value },
  { accountId: trade.seller, asset: trade.baseAsset, amount: -trade.qty },
  { accountId: trade.buyer, asset: trade.baseAsset, amount: trade.qty },
  { accountId: trade.buyer, asset: trade.quoteAsset, amount: -trade.buyerFee },
  { accountId: house.fees, asset: trade.quoteAsset, amount: trade.buyerFee },
  { accountId: trade.seller, asset: trade.quoteAsset, amount: -trade.sellerFee },
  { accountId: house.fees, asset: trade.quoteAsset, amount: trade.sellerFee },
];
