import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { chained, type Strand } from '../audit/chain.ts';
import { arrayText } from '../database/array-text.ts';
import type { FreshOrder, FreshOrders } from './fresh-orders.ts';
import { isConnectionLoss } from './lost.ts';
import type { Changes, Loaded, Needs, OrderRow } from './rows.ts';
import * as sql from './statements.ts';
import { valuesOf } from './write.ts';
import { type Written, writes } from './writes.ts';

/** The transaction was rolled back by Postgres and may succeed if it is run again. */
export class TryAgain extends Error {}

export interface LaneStore {
  /**
   * One transaction: lock and load, decide, write, commit. Resolves when the changes are durable; rejects when nothing
   * was changed. When the connection is lost while a commit is on its way, the rows that it would have written are looked
   * for, so that neither answer is ever a guess; until Postgres is back, this waits.
   */
  apply(needs: Needs, decide: (loaded: Loaded) => Changes): Promise<void>;
  close(): Promise<void>;
}

export interface LaneStoreOptions {
  /** A new connection in pipeline mode, whose errors somebody listens to: its statements do not wait for each other. */
  connect(): Promise<pg.Client>;
  /** Called when Postgres cannot be reached, and again when it can. */
  onConnection(up: boolean): void;
  /** Of all stores of a lane. */
  fresh: FreshOrders;
}

/** serialization_failure, deadlock_detected, lock_not_available, query_canceled (statement timeout) */
const passing = new Set(['40001', '40P01', '55P03', '57014']);

/** Between two attempts to find out, while somebody else has the locks. */
const RETRY_ms = 50;

const codeOf = (error: unknown): string | undefined => (error as { code?: string }).code;

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
const read = async (
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

/** The statements of all tables, made before the first is sent: what cannot be written fails here, and not halfway. */
const statementsOf = (changes: Written): pg.QueryConfig[] =>
  Object.entries(writes).flatMap(([table, statement]) => {
    const rows = changes[table as keyof Written];
    const { name, text } = statement;
    return rows.length === 0 ? [] : [{ name, text, values: valuesOf<unknown>(rows, statement as never) }];
  });

/** Writes and commits in one flight. When a statement fails, the COMMIT behind it is Postgres's rollback. */
const write = async (client: pg.Client, statements: readonly pg.QueryConfig[]): Promise<void> => {
  const sent: Promise<unknown>[] = statements.map((statement) => client.query(statement));
  sent.push(client.query('COMMIT'));
  const results = await Promise.allSettled(sent);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

const inChain = (changes: Changes, free: Strand): Written => {
  const { rows, strand } = chained(changes.audit, free);
  return { ...changes, audit: rows, strands: rows.length === 0 ? [] : [strand] };
};

/** Statements one after the other, for a connection that takes no second one while it works on the first. */
const inTurn = (client: pg.ClientBase): Pick<pg.Client, 'query'> => {
  let last: Promise<unknown> = Promise.resolve();
  const query = (statement: pg.QueryConfig): Promise<unknown> => {
    last = last.then(() => client.query(statement));
    return last;
  };
  return { query: query as pg.Client['query'] };
};

/** What a batch would have in hand now, all of one instant; locks nothing and is only for looking. */
export const createPeek =
  (pool: pg.Pool) =>
  async (needs: Needs): Promise<Loaded> => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      return await read(inTurn(client), needs, sql.readAccounts, { fresh: [], others: needs.orders });
    } finally {
      await client.query('COMMIT').catch(() => {});
      client.release();
    }
  };

/**
 * A row of the batch that exists exactly if it was committed. A transaction's number would not do: after a crash Postgres
 * gives the numbers of unfinished transactions out again. A batch without such a row only repeats what venues say, and
 * running that again changes nothing.
 */
const proofOf = ({ audit, executions }: Changes): string | undefined => audit[0]?.id ?? executions[0]?.id;

export const createLaneStore = ({ connect, onConnection, fresh }: LaneStoreOptions): LaneStore => {
  let client: pg.Client | undefined;
  let closed = false;

  const dropClient = (): void => {
    client?.end().catch(() => {});
    client = undefined;
    fresh.forget();
  };
  const connected = async (): Promise<pg.Client> => {
    for (let pause_ms = 50; client === undefined; pause_ms = Math.min(pause_ms * 2, 1_000)) {
      if (closed) throw new Error('the lane is closed');
      try {
        const opened = await connect();
        client = opened;
        onConnection(true);
      } catch {
        onConnection(false);
        await sleep(pause_ms);
      }
    }
    return client;
  };

  const lost = (error: unknown, open: pg.Client): boolean => isConnectionLoss(codeOf(error)) || open !== client;

  /**
   * Whether the batch that was on its way when the connection broke has been committed. Its accounts are locked first: then
   * the backend that worked on it has ended, one way or the other.
   */
  const wasCommitted = async (accounts: readonly string[], proof: string): Promise<boolean> => {
    for (;;) {
      const open = await connected();
      try {
        const [, , { rows }] = await Promise.all([
          open.query('BEGIN'),
          open.query({ ...sql.lockAccounts, values: [arrayText(accounts)] }),
          open.query<{ found: boolean }>({ ...sql.findProof, values: [proof] }),
          open.query('ROLLBACK'),
        ]);
        return rows[0]?.found === true;
      } catch (error) {
        if (lost(error, open)) dropClient();
        await sleep(RETRY_ms);
      }
    }
  };

  return {
    apply: async (needs, decide) => {
      const open = await connected();
      let proof: string | undefined;
      let deciding = false;
      try {
        const begun = open.query('BEGIN');
        const loading = read(open, needs, sql.lockAccounts, fresh.take(needs.orders));
        const taking = open.query<Strand & { transaction: string }>(sql.takeStrand);
        const [loaded, { rows: strands }] = await Promise.all([loading, taking, begun]);
        deciding = true;
        const changes = decide(loaded);
        const strand = strands[0] as Strand & { transaction: string };
        const statements = statementsOf(inChain(changes, strand));
        deciding = false;
        proof = proofOf(changes);
        await write(open, statements);
        fresh.keep(changes.newOrders, strand.transaction);
      } catch (error) {
        if (deciding || !lost(error, open)) {
          await open.query('ROLLBACK').catch(dropClient);
          if (passing.has(codeOf(error) ?? '')) throw new TryAgain('rolled back', { cause: error });
          throw error;
        }
        dropClient();
        onConnection(false);
        if (proof !== undefined && (await wasCommitted(needs.accounts, proof))) return;
        throw new TryAgain('connection lost', { cause: error });
      }
    },
    close: async () => {
      closed = true;
      await client?.end();
      client = undefined;
    },
  };
};
