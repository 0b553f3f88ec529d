import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { chained, type Strand } from '../audit/chain.ts';
import { arrayText } from '../database/array-text.ts';
import { type ConnectionOptions, createConnection } from './connection.ts';
import { answersOf } from './flight.ts';
import type { FreshOrders } from './fresh-orders.ts';
import { isConnectionLoss } from './lost.ts';
import { read } from './read.ts';
import type { Changes, Loaded, Needs } from './rows.ts';
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
  /** The same, rolled back in the end: rejects where `apply` would. */
  rehearse(needs: Needs, decide: (loaded: Loaded) => Changes): Promise<void>;
  close(): Promise<void>;
}

export interface LaneStoreOptions extends ConnectionOptions {
  /** Of all stores of a lane. */
  fresh: FreshOrders;
}

/** serialization_failure, deadlock_detected, lock_not_available, query_canceled (statement timeout) */
const passing = new Set(['40001', '40P01', '55P03', '57014']);

/** Between two attempts to find out, while somebody else has the locks. */
const RETRY_ms = 50;

const codeOf = (error: unknown): string | undefined => (error as { code?: string }).code;

/** The statements of all tables, made before the first is sent: what cannot be written fails here, and not halfway. */
const statementsOf = (changes: Written): pg.QueryConfig[] =>
  Object.entries(writes).flatMap(([table, statement]) => {
    const rows = changes[table as keyof Written];
    const { name, text } = statement;
    return rows.length === 0 ? [] : [{ name, text, values: valuesOf<unknown>(rows, statement as never) }];
  });

type End = 'COMMIT' | 'ROLLBACK';

/** Writes and ends in one flight. When a statement fails, the COMMIT behind it is Postgres's rollback. */
const write = async (client: pg.Client, statements: readonly pg.QueryConfig[], end: End): Promise<void> => {
  await answersOf([...statements.map((statement) => client.query(statement)), client.query(end)]);
};

const inChain = (changes: Changes, free: Strand): Written => {
  const { rows, strand } = chained(changes.audit, free);
  return { ...changes, audit: rows, strands: rows.length === 0 ? [] : [strand] };
};

/**
 * A row of the batch that exists exactly if it was committed. A transaction's number would not do: after a crash Postgres
 * gives the numbers of unfinished transactions out again. A batch without such a row only repeats what venues say, and
 * running that again changes nothing.
 */
const proofOf = ({ audit, executions }: Changes): string | undefined => audit[0]?.id ?? executions[0]?.id;

export const createLaneStore = ({ connect, onConnection, fresh }: LaneStoreOptions): LaneStore => {
  const connection = createConnection({ connect, onConnection });
  const dropConnection = (): void => {
    connection.drop();
    fresh.forget();
  };
  const lost = (error: unknown, open: pg.Client): boolean => isConnectionLoss(codeOf(error)) || !connection.is(open);

  /**
   * Whether the batch that was on its way when the connection broke has been committed. Its accounts are locked first: then
   * the backend that worked on it has ended, one way or the other.
   */
  const wasCommitted = async (accounts: readonly string[], proof: string): Promise<boolean> => {
    for (;;) {
      const open = await connection.get();
      try {
        const [, , { rows }] = await Promise.all([
          open.query('BEGIN'),
          open.query({ ...sql.lockAccounts, values: [arrayText(accounts)] }),
          open.query<{ found: boolean }>({ ...sql.findProof, values: [proof] }),
          open.query('ROLLBACK'),
        ]);
        return rows[0]?.found === true;
      } catch (error) {
        if (lost(error, open)) dropConnection();
        await sleep(RETRY_ms);
      }
    }
  };

  const run =
    (end: End): LaneStore['apply'] =>
    async (needs, decide) => {
      const open = await connection.get();
      let proof: string | undefined;
      let deciding = false;
      try {
        const [, loaded, { rows: strands }] = await answersOf([
          open.query('BEGIN'),
          read(open, needs, sql.lockAccounts, fresh.take(needs.orders)),
          open.query<Strand & { transaction: string }>(sql.takeStrand),
        ]);
        deciding = true;
        const changes = decide(loaded);
        const strand = strands[0] as Strand & { transaction: string };
        const statements = statementsOf(inChain(changes, strand));
        deciding = false;
        if (end === 'COMMIT') proof = proofOf(changes);
        await write(open, statements, end);
        if (end === 'COMMIT') fresh.keep(changes.newOrders, strand.transaction);
      } catch (error) {
        if (deciding || !lost(error, open)) {
          await open.query('ROLLBACK').catch(dropConnection);
          if (passing.has(codeOf(error) ?? '')) throw new TryAgain('rolled back', { cause: error });
          throw error;
        }
        dropConnection();
        onConnection(false);
        if (proof !== undefined && (await wasCommitted(needs.accounts, proof))) return;
        throw new TryAgain('connection lost', { cause: error });
      }
    };
  return { apply: run('COMMIT'), rehearse: run('ROLLBACK'), close: connection.close };
};
