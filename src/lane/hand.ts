import type { AccountRow, BalanceRow, Loaded, LotRow, Needs, OrderRow, PositionRow } from './rows.ts';

/** Rows that were not asked for are not absent but unknown: to take them for absent would overwrite what is there. */
const askedFor = (keys: Iterable<string>, what: string): ((key: string) => void) => {
  const asked = new Set(keys);
  return (key) => {
    if (!asked.has(key)) throw new Error(`${what} was not asked for by this batch`);
  };
};

const copies = <Row extends object>(rows: readonly Row[], key: (row: Row) => string): Map<string, Row> =>
  new Map(rows.map((row) => [key(row), { ...row }]));

export const pair = (a: string, b: string): string => `${a} ${b}`;
export const triple = (a: string, b: string, c: string): string => `${a} ${b} ${c}`;

/** Rows by a key that only some of them have, and that never changes. */
const createGroups = <Row>(rows: Iterable<Row>, keyOf: (row: Row) => string | null) => {
  const groups = new Map<string, Row[]>();
  const add = (row: Row): void => {
    const key = keyOf(row);
    if (key === null) return;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  };
  for (const row of rows) add(row);
  return { add, of: (key: string): Row[] => [...(groups.get(key) ?? [])] };
};

/** The rows that a batch has in hand, its own copies, and which of them it touched or added. */
export const createHand = (loaded: Loaded, needs: Pick<Needs, 'balances' | 'positions'>) => {
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

  const lockedAccount = (id: string): AccountRow => {
    const account = accounts.get(id);
    if (account === undefined) throw new Error('account was not locked by this batch');
    return account;
  };
  /** A balance that was asked for and does not exist is an empty one. */
  const balanceOf = (accountId: string, asset: string): BalanceRow => {
    let row = balances.get(pair(accountId, asset));
    if (row === undefined) {
      needBalance(pair(accountId, asset));
      const { kind } = lockedAccount(accountId);
      row = { accountId, asset, posted: 0n, held: 0n, mayOwe: kind !== 'CUSTOMER' };
      balances.set(pair(accountId, asset), row);
    }
    return row;
  };

  const positionOf = (accountId: string, symbol: string): PositionRow => {
    let row = positions.get(pair(accountId, symbol));
    if (row === undefined) {
      needPosition(pair(accountId, symbol));
      row = { accountId, symbol, qty: 0n, costBasis: 0n, realizedPnl: 0n, updatedAt: new Date(0) };
      positions.set(pair(accountId, symbol), row);
    }
    return row;
  };

  return {
    accounts,
    balances,
    positions,
    lots,
    orders,
    /** Orders whose pending replacement was promised a name. */
    replacing: new Set([...orders.values()].filter(({ replacement }) => replacement !== null)),
    lists: createGroups(orders.values(), (row) => row.listId),
    lateExits: createGroups(orders.values(), (row) => row.entryListId),
    orderKeys: new Map([...orders.values()].map((row) => [pair(row.accountId, row.clientOrderId), row])),
    memory: copies(loaded.idempotency, (row) => triple(row.viewerId, row.operation, row.key)),
    reversals: new Set(loaded.reversals.map(({ reference }) => reference)),
    executions: new Set(loaded.executions.map(({ execId }) => execId)),
    touched: new Set<object>(),
    added: new Set<OrderRow | LotRow>(),
    lockedAccount,
    balanceOf,
    positionOf,
    lotsOf: (accountId: string, symbol: string): LotRow[] =>
      [...lots.values()].filter((lot) => lot.accountId === accountId && lot.symbol === symbol),
  };
};

export type Hand = ReturnType<typeof createHand>;
