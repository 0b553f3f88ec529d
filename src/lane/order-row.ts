import type {
  OrderLeg,
  OrderListType,
  OrderSide,
  OrderStatus,
  OrderType,
  TimeInForce,
} from '../database/generated/enums.ts';
import type { Replacement } from './replacement.ts';

/** An order as the deciding code sees it, under its account's lock. Amounts are units. */
export interface OrderRow {
  id: string;
  accountId: string;
  clientOrderId: string;
  /** Hexadecimal SHA-256 of the canonical input. */
  fingerprint: string;
  symbol: string;
  side: OrderSide;
  type: OrderType;
  timeInForce: TimeInForce;
  qty: bigint;
  filledQty: bigint;
  /** What was executed and then busted, or corrected away: `filledQty` with it is what the venue has executed. */
  bustedQty: bigint;
  /** Of an entry: what it filled after its exits had begun, and that waits until it is known whether these are still meant. */
  unprotectedQty: bigint;
  filledValue: bigint;
  limitPrice: bigint | null;
  stopPrice: bigint | null;
  worstPrice: bigint;
  reserve: bigint;
  reserveAsset: string;
  fees: bigint;
  status: OrderStatus;
  reason: string | null;
  createdAt: Date;
  updatedAt: Date;
  filledAt: Date | null;
  canceledAt: Date | null;
  expiredAt: Date | null;
  trailPrice: bigint | null;
  trailBps: number | null;
  trailPeak: bigint | null;
  triggeredAt: Date | null;
  notional: bigint | null;
  postOnly: boolean;
  expiresAt: Date | null;
  pendingSince: Date | null;
  replacement: Replacement | null;
  rootOrderId: string;
  replacesId: string | null;
  replacedById: string | null;
  listId: string | null;
  /** Of exits of their own for what an entry filled late: the list of that entry. */
  entryListId: string | null;
  leg: OrderLeg | null;
  /** Which orders came before it at its venue, in the venue's own count; null while no venue has it. */
  place: bigint | null;
  feeBps: number | null;
}

export interface OrderListRow {
  id: string;
  accountId: string;
  type: OrderListType;
  createdAt: Date;
}
