import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { fateOf } from './fate.ts';
import type { Changes, Loaded, Needs } from './rows.ts';
import * as sql from './statements.ts';
import { writes } from './writes.ts';

/** The transaction was rolled back by Postgres and may succeed if it is run again. */
export class TryAgain extends Error {}

export interface LaneStore {
  /**
   * One transaction: lock and load, decide, write, commit. Resolves when the changes are durable; rejects when nothing
   * was changed. A lost connection is repaired and the fate of a commit that was on its way is asked of Postgres, so
   * that neither answer is ever a guess; until Postgres is back, this waits.
   */
  apply(needs: Needs, decide: (loaded: Loaded) => Changes): Promise<void>;
  close(): Promise<void>;
}

export interface LaneStoreOptions {
  /** A new connection in pipeline mode: statements are sent without waiting for each other's answers. */
  connect(): Promise<pg.Client>;
  /** Called when Postgres cannot be reached, and again when it can. */
  onConnection(up: boolean): void;
}

/** serialization_failure, deadlock_detected, lock_not_available, query_canceled (statement timeout) */
const passing = new Set(['40001', '40P01', '55P03', '57014']);

const codeOf = (error: unknown): string | undefined => (error as { code?: string }).code;

const columns = <Row>(rows: readonly Row[], write: (typeof writes)[keyof Changes]): unknown[][] =>
  write.columns.map(([, , value]) => rows.map((row) => (value as (row: Row) => unknown)(row)));

const unzip = <Key extends object>(keys: readonly Key[], ...names: (keyof Key)[]): unknown[][] =>
  names.map((name) => keys.map((key) => key[name]));

interface Read extends Loaded {
  /** The transaction's id; what Postgres is asked about when a commit's answer was lost. */
  xid: string | undefined;
}

/** Sends everything that the batch reads in one flight behind the locks: each statement sees what the locks waited for. */
const read = async (client: pg.Client, needs: Needs): Promise<Read> => {
  const query = <Row extends object>(statement: sql.Statement, values: unknown[][]): Promise<Row[]> =>
    values[0]?.length === 0
      ? Promise.resolve([])
      : client.query({ ...statement, values }).then((result) => result.rows as Row[]);
  const begun = client.query('BEGIN');
  const all = await Promise.all([
    query<Loaded['accounts'][number] & { xid: string }>(sql.lockAccounts, [needs.accounts]),
    query<Loaded['balances'][number]>(sql.loadBalances, unzip(needs.balances, 'accountId', 'asset')),
    query<Loaded['positions'][number]>(sql.loadPositions, unzip(needs.positions, 'accountId', 'symbol')),
    query<Loaded['lots'][number]>(sql.loadLots, unzip(needs.lots, 'accountId', 'symbol', 'qty')),
    query<Loaded['orders'][number]>(sql.loadOrders, [needs.orders]),
    query<Loaded['orders'][number]>(sql.loadClientOrders, unzip(needs.clientOrders, 'accountId', 'clientOrderId')),
    query<Loaded['idempotency'][number]>(sql.loadIdempotency, unzip(needs.idempotency, 'viewerId', 'operation', 'key')),
    query<Loaded['executions'][number]>(sql.loadExecutions, [needs.executions]),
    query<Loaded['reversals'][number]>(sql.loadReversals, [needs.reversals]),
    begun,
  ]);
  const [accounts, balances, positions, lots, orders, clientOrders, idempotency, executions, reversals] = all;
  const distinct = [...new Map([...orders, ...clientOrders].map((order) => [order.id, order])).values()];
  return {
    accounts,
    balances,
    positions,
    lots,
    orders: distinct,
    idempotency,
    executions,
    reversals,
    xid: accounts[0]?.xid,
  };
};

/** Writes and commits in one flight. When a statement fails, the COMMIT behind it is Postgres's rollback. */
const write = async (client: pg.Client, changes: Changes): Promise<void> => {
  const sent: Promise<unknown>[] = [];
  for (const [table, statement] of Object.entries(writes)) {
    const rows = changes[table as keyof Changes];
    if (rows.length === 0) continue;
    const { name, text } = statement;
    sent.push(client.query({ name, text, values: columns<unknown>(rows, statement as never) }));
  }
  sent.push(client.query('COMMIT'));
  const results = await Promise.allSettled(sent);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

export const createLaneStore = ({ connect, onConnection }: LaneStoreOptions): LaneStore => {
  let client: pg.Client | undefined;
  let closed = false;

  const dropClient = (): void => {
    client?.end().catch(() => {});
    client = undefined;
  };
  const connected = async (): Promise<pg.Client> => {
    for (let pause_ms = 50; client === undefined; pause_ms = Math.min(pause_ms * 2, 1_000)) {
      if (closed) throw new Error('the lane is closed');
      try {
        const opened = await connect();
        opened.on('error', () => {});
        client = opened;
        onConnection(true);
      } catch {
        onConnection(false);
        await sleep(pause_ms);
      }
    }
    return client;
  };

  /** Whether the transaction that was on its way when the connection broke has been committed; waits until that is known. */
  const wasCommitted = async (xid: string, changes: Changes): Promise<boolean> => {
    for (;;) {
      const open = await connected();
      try {
        const committed = await fateOf(open, xid, changes);
        if (committed !== undefined) return committed;
        await sleep(50);
      } catch {
        dropClient();
      }
    }
  };

  const lost = (error: unknown, open: pg.Client): boolean => {
    const code = codeOf(error);
    // Class 08 and 57P: the connection or the server went away. No SQLSTATE at all: the socket did.
    return !/^[0-9A-Z]{5}$/.test(code ?? '') || /^(08|57P)/.test(code ?? '') || open !== client;
  };

  return {
    apply: async (needs, decide) => {
      const open = await connected();
      let xid: string | undefined;
      let sent: Changes | undefined;
      let deciding = false;
      try {
        const loaded = await read(open, needs);
        xid = loaded.xid;
        deciding = true;
        const changes = decide(loaded);
        deciding = false;
        sent = changes;
        await write(open, changes);
      } catch (error) {
        if (deciding || !lost(error, open)) {
          await open.query('ROLLBACK').catch(dropClient);
          if (passing.has(codeOf(error) ?? '')) throw new TryAgain('rolled back', { cause: error });
          throw error;
        }
        dropClient();
        onConnection(false);
        if (sent !== undefined && xid !== undefined && (await wasCommitted(xid, sent))) return;
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
