import type pg from 'pg';
import { arrayText } from '../database/array-text.ts';
import type { FreshOrder, FreshOrders } from './fresh-orders.ts';
import type { Loaded, Needs, OrderRow } from './rows.ts';
import * as sql from './statements.ts';

const unzip = <Key extends object>(keys: readonly Key[], ...names: (keyof Key)[]): unknown[][] =>
  names.map((name) => keys.map((key) => key[name]));

/** The orders of this process as they are now: the database says only which have changed, and to what. */
const asTheyAre = (fresh: readonly FreshOrder[], changed: readonly (OrderRow & { known: string })[]): OrderRow[] => {
  const old = new Set(changed.map(({ known }) => known));
  return [
    ...fresh.map(({ row }) => row).filter(({ id }) => !old.has(id)),
    ...changed.filter(({ id }) => id !== null).map(({ known: _, ...row }) => row),
  ];
};

/**
 * Sends everything that the batch reads in one flight behind the first statement, which locks or only reads the accounts: each
 * statement sees what the locks waited for.
 */
export const read = async (
  client: Pick<pg.Client, 'query'>,
  needs: Needs,
  accountsBy: sql.Statement,
  { fresh, others }: ReturnType<FreshOrders['take']>,
): Promise<Loaded> => {
  const query = <Row extends object>(statement: sql.Statement, values: unknown[][]): Promise<Row[]> =>
    values[0]?.length === 0
      ? Promise.resolve([])
      : client.query({ ...statement, values: values.map(arrayText) }).then((result) => result.rows as Row[]);
  const all = await Promise.all([
    query<Loaded['accounts'][number]>(accountsBy, [needs.accounts]),
    query<Loaded['balances'][number]>(sql.loadBalances, unzip(needs.balances, 'accountId', 'asset')),
    query<Loaded['positions'][number]>(sql.loadPositions, unzip(needs.positions, 'accountId', 'symbol')),
    query<Loaded['lots'][number]>(sql.loadLots, unzip(needs.lots, 'accountId', 'symbol', 'qty')),
    query<Loaded['lots'][number]>(sql.loadConsumedLots, unzip(needs.consumedLots, 'accountId', 'symbol', 'qty')),
    query<Loaded['lots'][number]>(sql.loadLotsById, [needs.lotIds]),
    query<OrderRow>(sql.loadOrders, [others]),
    query<OrderRow & { known: string }>(sql.loadChangedOrders, [
      fresh.map(({ row }) => row.id),
      fresh.map(({ transaction }) => transaction),
    ]),
    query<OrderRow>(sql.loadClientOrders, unzip(needs.clientOrders, 'accountId', 'clientOrderId')),
    query<Loaded['idempotency'][number]>(sql.loadIdempotency, unzip(needs.idempotency, 'viewerId', 'operation', 'key')),
    query<Loaded['executions'][number]>(sql.loadExecutions, [needs.executions]),
    query<Loaded['reversals'][number]>(sql.loadReversals, [needs.reversals]),
  ]);
  const [accounts, balances, positions, open, consumed, named, orders, changed, clientOrders, ...rest] = all;
  const [idempotency, executions, reversals] = rest;
  const found = [...orders, ...asTheyAre(fresh, changed), ...clientOrders];
  const distinct = [...new Map(found.map((order) => [order.id, order])).values()];
  return {
    accounts,
    balances,
    positions,
    lots: [...open, ...consumed, ...named],
    orders: distinct,
    idempotency,
    executions,
    reversals,
  };
};
