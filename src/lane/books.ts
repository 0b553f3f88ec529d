import { toJson } from '../kernel/json.ts';
import { bookEntry, type Line } from './book-entry.ts';
import { collectChanges, noChanges } from './changes.ts';
import { createHand, pair, triple } from './hand.ts';
import { consumedOf, openOf } from './lots.ts';
import type {
  AccountRow,
  AuditRow,
  BalanceRow,
  Changes,
  EntryRow,
  ExecutionRow,
  IdempotencyRow,
  Loaded,
  LotClosureRow,
  LotRow,
  Needs,
  OrderListRow,
  OrderRow,
  PositionRow,
  TransferRow,
} from './rows.ts';

export type { Line };

/**
 * The rows of one batch in memory. Deciding code reads and changes them here only; what changed is written by one
 * statement a table when every command of the batch has been decided. Nothing here waits or reads a clock.
 */
export interface Books {
  account(id: string): AccountRow | undefined;
  balance(accountId: string, asset: string): Readonly<BalanceRow>;
  position(accountId: string, symbol: string): PositionRow;
  /** The open lots that the batch has in hand, oldest first. */
  openLots(accountId: string, symbol: string): LotRow[];
  /** The lots that sells took from, youngest first, as far as the batch has them in hand. */
  consumedLots(accountId: string, symbol: string): LotRow[];
  lot(id: string): LotRow | undefined;
  order(id: string): OrderRow | undefined;
  orderOf(accountId: string, clientOrderId: string): OrderRow | undefined;
  /** Whether an order of the account has this name, or will have it when its replacement is confirmed. */
  isNameTaken(accountId: string, name: string): boolean;
  /** The orders of a list; they are loaded whenever one of them is. */
  ordersOf(listId: string): OrderRow[];
  /** The exits of their own that late fills of a list's entry got; loaded with it, and with each of them. */
  lateExitsOf(listId: string): OrderRow[];
  remembered(viewerId: string, operation: string, key: string): IdempotencyRow | undefined;
  /** Books a balanced entry: every asset's lines sum to zero, or it throws. Lines of amount zero are left out. */
  book(entry: EntryRow, lines: readonly Line[]): void;
  /** Moves what an account keeps back; negative releases. */
  hold(accountId: string, asset: string, amount: bigint): void;
  addLot(lot: LotRow): void;
  addLotClosure(closure: LotClosureRow): void;
  addOrder(order: OrderRow): void;
  addOrderList(list: OrderListRow): void;
  addTransfer(transfer: TransferRow): void;
  addExecution(execution: ExecutionRow): void;
  /** Whether the venue's execution is booked already. */
  hasExecution(execId: string): boolean;
  /** Whether the entry has been reversed. */
  isReversed(entryId: string): boolean;
  addAudit(row: AuditRow): void;
  remember(row: IdempotencyRow): void;
  /** Adds the next event of the account's dense sequence. */
  emit(accountId: string, type: string, payload: object, createdAt: Date): void;
  /** An order that waited and that its venue must be told of once this is committed. */
  release(order: OrderRow): void;
  released(): OrderRow[];
  /** Says that the row, which came from here, was changed. */
  touch(row: AccountRow | PositionRow | LotRow | OrderRow): void;
  changes(): Changes;
}

export const createBooks = (loaded: Loaded, needs: Pick<Needs, 'balances' | 'positions'>): Books => {
  const hand = createHand(loaded, needs);
  const { accounts, lots, orders, orderKeys, memory, reversals, executions, touched, added } = hand;
  const released = new Set<OrderRow>();
  const changes = noChanges();

  return {
    account: (id) => accounts.get(id),
    balance: hand.balanceOf,
    position: hand.positionOf,
    openLots: (accountId, symbol) => openOf(hand.lotsOf(accountId, symbol)),
    consumedLots: (accountId, symbol) => consumedOf(hand.lotsOf(accountId, symbol)),
    lot: (id) => lots.get(id),
    order: (id) => orders.get(id),
    orderOf: (accountId, clientOrderId) => orderKeys.get(pair(accountId, clientOrderId)),
    isNameTaken: (account, name) =>
      orderKeys.has(pair(account, name)) ||
      [...hand.replacing].some((row) => row.accountId === account && row.replacement?.clientOrderId === name),
    ordersOf: hand.lists.of,
    lateExitsOf: hand.lateExits.of,
    remembered: (viewerId, operation, key) => memory.get(triple(viewerId, operation, key)),
    book: (entry, lines) => bookEntry(hand, changes, entry, lines),
    hold: (accountId, asset, amount) => {
      if (amount === 0n) return;
      const row = hand.balanceOf(accountId, asset);
      row.held += amount;
      touched.add(row);
    },
    addOrder: (order) => {
      orders.set(order.id, order);
      orderKeys.set(pair(order.accountId, order.clientOrderId), order);
      hand.lists.add(order);
      hand.lateExits.add(order);
      added.add(order);
    },
    addLot: (lot) => {
      lots.set(lot.id, lot);
      added.add(lot);
    },
    addLotClosure: (closure) => changes.lotClosures.push(closure),
    addOrderList: (list) => changes.orderLists.push(list),
    addTransfer: (transfer) => changes.transfers.push(transfer),
    addExecution: (execution) => {
      executions.add(execution.execId);
      changes.executions.push(execution);
    },
    hasExecution: (execId) => executions.has(execId),
    isReversed: (entryId) => reversals.has(entryId),
    addAudit: (row) => changes.audit.push(row),
    remember: (row) => {
      memory.set(triple(row.viewerId, row.operation, row.key), row);
      changes.idempotency.push(row);
    },
    emit: (accountId, type, payload, createdAt) => {
      const account = hand.lockedAccount(accountId);
      account.eventSequence += 1n;
      touched.add(account);
      changes.events.push({ accountId, sequence: account.eventSequence, type, payload: toJson(payload), createdAt });
    },
    release: (order) => released.add(order),
    released: () => [...released],
    touch: (row) => {
      touched.add(row);
      if ('replacement' in row && row.replacement !== null) hand.replacing.add(row);
    },
    changes: () => collectChanges(hand, changes),
  };
};
