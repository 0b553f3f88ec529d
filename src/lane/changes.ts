import { MAX_UNITS } from '../kernel/decimal.ts';
import type { Hand } from './hand.ts';
import type { BalanceRow, Changes } from './rows.ts';

const checkBalance = (row: BalanceRow): void => {
  if (row.posted > MAX_UNITS || row.posted < -MAX_UNITS) throw new Error(`balance overflow in ${row.asset}`);
  if (row.held < 0n) throw new Error(`negative hold in ${row.asset}`);
  if (!row.mayOwe && row.posted - row.held < 0n) throw new Error(`customer balance below zero in ${row.asset}`);
};

export const noChanges = (): Changes => ({
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
});

/** Adds the rows in hand that were touched or added to what is written. */
export const collectChanges = (hand: Hand, changes: Changes): Changes => {
  const { lots, orders, touched, added } = hand;
  const written = <Row extends object>(rows: Iterable<Row>): Row[] => [...rows].filter((row) => touched.has(row));
  changes.accounts = written(hand.accounts.values());
  changes.balances = written(hand.balances.values());
  for (const row of changes.balances) checkBalance(row);
  changes.positions = written(hand.positions.values());
  changes.newLots = [...lots.values()].filter((lot) => added.has(lot));
  changes.lots = written(lots.values()).filter((lot) => !added.has(lot));
  changes.newOrders = [...orders.values()].filter((order) => added.has(order));
  changes.orders = written(orders.values()).filter((order) => !added.has(order));
  return changes;
};
