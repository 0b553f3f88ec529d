import type { EntryKind, ExecutionKind, Liquidity, OrderSide, TransferKind } from '../database/generated/enums.ts';
import type { AccountRow } from './account-row.ts';
import type { OrderListRow, OrderRow } from './order-row.ts';
import type { Replacement } from './replacement.ts';

export type { AccountRow, OrderListRow, OrderRow, Replacement };

/** The rows that a batch reads and writes, as the deciding code sees them. Amounts are units. */

export interface BalanceRow {
  accountId: string;
  asset: string;
  posted: bigint;
  held: bigint;
  mayOwe: boolean;
}

export interface PositionRow {
  accountId: string;
  symbol: string;
  qty: bigint;
  costBasis: bigint;
  realizedPnl: bigint;
  updatedAt: Date;
}

/** Units that one buy brought in; its id is the execution's. */
export interface LotRow {
  id: string;
  /** Null for a lot that is new: it is younger than all others. */
  sequence: bigint | null;
  accountId: string;
  symbol: string;
  qty: bigint;
  /** What `qty` cost. */
  cost: bigint;
  leavesQty: bigint;
  leavesCost: bigint;
  /** Its execution was taken back: it is empty and takes no units back. */
  busted: boolean;
  openedAt: Date;
}

/** What one execution took out of one lot; what the bust of a sell gave back to it. */
export interface LotClosureRow {
  executionId: string;
  lotId: string;
  qty: bigint;
  cost: bigint;
}

export interface PostingRow {
  entryId: string;
  line: number;
  accountId: string;
  asset: string;
  amount: bigint;
  balanceAfter: bigint;
  createdAt: Date;
  kind: EntryKind;
}

export interface EntryRow {
  id: string;
  kind: EntryKind;
  reference: string;
  createdAt: Date;
}

export interface TransferRow {
  id: string;
  accountId: string;
  kind: TransferKind;
  asset: string;
  amount: bigint;
  createdAt: Date;
}

export interface ExecutionRow {
  id: string;
  execId: string;
  tradeId: string;
  orderId: string;
  accountId: string;
  symbol: string;
  side: OrderSide;
  qty: bigint;
  price: bigint;
  value: bigint;
  fee: bigint;
  liquidity: Liquidity;
  cumQty: bigint;
  createdAt: Date;
  kind: ExecutionKind;
  /** The execution that a bust takes back. */
  bustsId: string | null;
  /** The execution in whose place a corrected one stands. */
  correctsId: string | null;
  /** The account's position in the instrument right after. */
  positionQty: bigint;
  positionCost: bigint;
  positionPnl: bigint;
  feeBps: number | null;
}

export interface EventRow {
  accountId: string;
  sequence: bigint;
  type: string;
  payload: string;
  createdAt: Date;
}

export interface AuditRow {
  id: string;
  createdAt: Date;
  actorId: string | null;
  action: string;
  target: string | null;
  requestId: string;
  outcome: string;
  /** More about the action; nothing when absent. */
  details?: object;
}

export interface IdempotencyRow {
  viewerId: string;
  operation: string;
  key: string;
  /** Hexadecimal SHA-256 of the canonical input. */
  fingerprint: string;
  /** JSON text. */
  answer: string;
  createdAt: Date;
}

/** What a batch must have in hand before it decides. Accounts are locked; everything else hangs on their locks. */
export interface Needs {
  accounts: string[];
  balances: { accountId: string; asset: string }[];
  positions: { accountId: string; symbol: string }[];
  /** Open lots, oldest first, until they cover the quantity; all of them when they do not. */
  lots: { accountId: string; symbol: string; qty: bigint }[];
  /** Lots that sells took from, youngest first, until what they took covers the quantity. */
  consumedLots: { accountId: string; symbol: string; qty: bigint }[];
  lotIds: string[];
  orders: string[];
  clientOrders: { accountId: string; clientOrderId: string }[];
  idempotency: { viewerId: string; operation: string; key: string }[];
  /** Execution ids of a venue, to find those that are booked already. */
  executions: string[];
  /** Ids of entries, to find those that are reversed already. */
  reversals: string[];
}

export interface Loaded {
  accounts: AccountRow[];
  balances: BalanceRow[];
  positions: PositionRow[];
  lots: LotRow[];
  orders: OrderRow[];
  idempotency: IdempotencyRow[];
  executions: { execId: string }[];
  reversals: { reference: string }[];
}

/** Everything a batch writes; one statement a non-empty list. */
export interface Changes {
  accounts: AccountRow[];
  balances: BalanceRow[];
  positions: PositionRow[];
  newLots: LotRow[];
  lots: LotRow[];
  lotClosures: LotClosureRow[];
  newOrders: OrderRow[];
  orderLists: OrderListRow[];
  orders: OrderRow[];
  entries: EntryRow[];
  postings: PostingRow[];
  transfers: TransferRow[];
  executions: ExecutionRow[];
  events: EventRow[];
  audit: AuditRow[];
  idempotency: IdempotencyRow[];
}
