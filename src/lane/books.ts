import { MAX_UNITS } from '../kernel/decimal.ts';
import { toJson } from '../kernel/json.ts';
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

/** One line of an entry to be booked: `amount` is added to the balance of (account, asset). */
export interface Line {
  accountId: string;
  asset: string;
  amount: bigint;
}

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
  /** The orders of a list; they are loaded whenever one of them is. */
  ordersOf(listId: string): OrderRow[];
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

const checkBalanced = (lines: readonly Line[]): void => {
  const sums = new Map<string, bigint>();
  for (const { asset, amount } of lines) sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  for (const [asset, sum] of sums) if (sum !== 0n) throw new Error(`entry does not balance: ${sum} of ${asset}`);
};

const checkBalance = (row: BalanceRow): void => {
  if (row.posted > MAX_UNITS || row.posted < -MAX_UNITS) throw new Error(`balance overflow in ${row.asset}`);
  if (row.held < 0n) throw new Error(`negative hold in ${row.asset}`);
  if (!row.mayOwe && row.posted - row.held < 0n) throw new Error(`customer balance below zero in ${row.asset}`);
};

/** Rows that were not asked for are not absent but unknown: to take them for absent would overwrite what is there. */
const askedFor = (keys: Iterable<string>, what: string): ((key: string) => void) => {
  const asked = new Set(keys);
  return (key) => {
    if (!asked.has(key)) throw new Error(`${what} was not asked for by this batch`);
  };
};

export const createBooks = (loaded: Loaded, needs: Pick<Needs, 'balances' | 'positions'>): Books => {
  const copies = <Row extends object>(rows: readonly Row[], key: (row: Row) => string): Map<string, Row> =>
    new Map(rows.map((row) => [key(row), { ...row }]));
  const pair = (a: string, b: string): string => `${a} ${b}`;

  const needBalance = askedFor(
    needs.balances.map(({ accountId, asset }) => pair(accountId, asset)),
    'a balance',
  );
  const needPosition = askedFor(
    needs.positions.map(({ accountId, symbol }) => pair(accountId, symbol)),
    'a position',
  );
  const accounts = copies(loaded.accounts, (row) => row.id);
  const balances = copies(loaded.balances, (row) => pair(row.accountId, row.asset));
  const positions = copies(loaded.positions, (row) => pair(row.accountId, row.symbol));
  const lots = copies(loaded.lots, (row) => row.id);
  const orders = copies(loaded.orders, (row) => row.id);
  const orderKeys = new Map([...orders.values()].map((row) => [pair(row.accountId, row.clientOrderId), row]));
  const memory = copies(loaded.idempotency, (row) => `${row.viewerId} ${row.operation} ${row.key}`);

  const reversals = new Set(loaded.reversals.map(({ reference }) => reference));
  const executions = new Set(loaded.executions.map(({ execId }) => execId));

  const touched = new Set<object>();
  const added = new Set<OrderRow | LotRow>();
  const released = new Set<OrderRow>();
  const changes: Changes = {
    accounts: [],
    balances: [],
    positions: [],
    newLots: [],
    lots: [],
    lotClosures: [],
    newOrders: [],
    orderLists: [],
    orders: [],
    entries: [],
    postings: [],
    transfers: [],
    executions: [],
    events: [],
    audit: [],
    idempotency: [],
  };

  const lockedAccount = (id: string): AccountRow => {
    const account = accounts.get(id);
    if (account === undefined) throw new Error('account was not locked by this batch');
    return account;
  };
  const balanceRow = (accountId: string, asset: string): BalanceRow => {
    let row = balances.get(pair(accountId, asset));
    if (row === undefined) {
      needBalance(pair(accountId, asset));
      const { kind } = lockedAccount(accountId);
      row = { accountId, asset, posted: 0n, held: 0n, mayOwe: kind !== 'CUSTOMER' };
      balances.set(pair(accountId, asset), row);
    }
    return row;
  };

  const lotsOf = (accountId: string, symbol: string): LotRow[] =>
    [...lots.values()].filter((lot) => lot.accountId === accountId && lot.symbol === symbol);

  return {
    account: (id) => accounts.get(id),
    balance: balanceRow,
    position: (accountId, symbol) => {
      let row = positions.get(pair(accountId, symbol));
      if (row === undefined) {
        needPosition(pair(accountId, symbol));
        row = { accountId, symbol, qty: 0n, costBasis: 0n, realizedPnl: 0n, updatedAt: new Date(0) };
        positions.set(pair(accountId, symbol), row);
      }
      return row;
    },
    openLots: (accountId, symbol) => openOf(lotsOf(accountId, symbol)),
    consumedLots: (accountId, symbol) => consumedOf(lotsOf(accountId, symbol)),
    lot: (id) => lots.get(id),
    order: (id) => orders.get(id),
    orderOf: (accountId, clientOrderId) => orderKeys.get(pair(accountId, clientOrderId)),
    ordersOf: (listId) => [...orders.values()].filter((order) => order.listId === listId),
    remembered: (viewerId, operation, key) => memory.get(`${viewerId} ${operation} ${key}`),
    book: (entry, lines) => {
      checkBalanced(lines);
      changes.entries.push(entry);
      if (entry.kind === 'REVERSAL') reversals.add(entry.reference);
      let line = 0;
      for (const { accountId, asset, amount } of lines) {
        if (amount === 0n) continue;
        const row = balanceRow(accountId, asset);
        row.posted += amount;
        touched.add(row);
        const balanceAfter = row.posted;
        changes.postings.push({
          entryId: entry.id,
          line,
          accountId,
          asset,
          amount,
          balanceAfter,
          createdAt: entry.createdAt,
          kind: entry.kind,
        });
        const account = lockedAccount(accountId);
        account.bookedAt = entry.createdAt;
        touched.add(account);
        line += 1;
      }
    },
    hold: (accountId, asset, amount) => {
      if (amount === 0n) return;
      const row = balanceRow(accountId, asset);
      row.held += amount;
      touched.add(row);
    },
    addOrder: (order) => {
      orders.set(order.id, order);
      orderKeys.set(pair(order.accountId, order.clientOrderId), order);
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
      memory.set(`${row.viewerId} ${row.operation} ${row.key}`, row);
      changes.idempotency.push(row);
    },
    emit: (accountId, type, payload, createdAt) => {
      const account = lockedAccount(accountId);
      account.eventSequence += 1n;
      touched.add(account);
      changes.events.push({ accountId, sequence: account.eventSequence, type, payload: toJson(payload), createdAt });
    },
    release: (order) => released.add(order),
    released: () => [...released],
    touch: (row) => touched.add(row),
    changes: () => {
      const written = <Row extends object>(rows: Iterable<Row>): Row[] => [...rows].filter((row) => touched.has(row));
      changes.accounts = written(accounts.values());
      changes.balances = written(balances.values());
      for (const row of changes.balances) checkBalance(row);
      changes.positions = written(positions.values());
      changes.newLots = [...lots.values()].filter((lot) => added.has(lot));
      changes.lots = written(lots.values()).filter((lot) => !added.has(lot));
      changes.newOrders = [...orders.values()].filter((order) => added.has(order));
      changes.orders = written(orders.values()).filter((order) => !added.has(order));
      return changes;
    },
  };
};
