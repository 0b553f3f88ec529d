import type pg from 'pg';
import { systemTimers, type Timers } from '../kernel/timers.ts';
import { limits } from '../limits.ts';
import type { Log } from '../telemetry/log.ts';

/** Any number that no other advisory lock of this database uses. */
const KEY = 7_266_001;

/** Whether the lease as it was taken then is held still; a lease that was lost and taken again since is another. */
export type IsOurs = () => boolean;

export interface Lease {
  /**
   * Tries once, then again and again in the background: `taken` is called each time this process gets the lease, `lost`
   * when it may not have it any more, and again when a `taken` that was under way by then has ended. Resolves after the first try.
   */
  start(): Promise<void>;
  held(): boolean;
  /** Whether some process has it: this one, or another when it was last asked for. */
  taken(): boolean;
  stop(): Promise<void>;
}

export type Channels = Readonly<Record<string, (payload: string) => void>>;

export interface LeaseOptions {
  /** A connection of the lease's own: the lock lives exactly as long as it does. */
  connect(): Promise<pg.Client>;
  /** May go on for long after the lease is lost: what it starts, it starts only while `isOurs` says so. */
  taken(isOurs: IsOurs): Promise<void>;
  /** May be called more than once. */
  lost(): void;
  /** Channels by their names, and who is told what is said there: all of the time, as far as the database can be reached. */
  hears: Channels;
  /** Those that only the holder listens to, from before `taken` is called. */
  hearsAsHolder: Channels;
  log: Log;
  timers?: Timers;
}

/**
 * Ends the connection that has the lock when nothing was asked over it for so long, by the clock of the database. The rights of who
 * signed in are needed, not those of the application's role.
 */
const endSilentHolder = async (client: pg.Client): Promise<boolean> => {
  await client.query('BEGIN; SET LOCAL ROLE NONE');
  try {
    const { rowCount } = await client.query(
      `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
       WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = $1 AND l.objsubid = 1
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND a.state_change < clock_timestamp() - $2 * interval '1 millisecond'`,
      [KEY, limits.lane.leaseSilence_ms],
    );
    return rowCount === 1;
  } finally {
    await client.query('ROLLBACK');
  }
};

const listen = async (client: pg.Client, channels: Channels): Promise<void> => {
  for (const name of Object.keys(channels)) await client.query(`LISTEN ${name}`);
};

/**
 * The paper venue may run in one process at a time, or two books would fill the same orders. The lease is a session lock of
 * Postgres: when its holder dies, so does the lock, and the next process that asks has it. One that hangs, or whose machine is
 * gone without a word, keeps its connection: so the holder is heard of regularly, and who waits ends one that is not.
 */
export const createLease = (options: LeaseOptions): Lease => {
  const { connect, taken, lost, hears, hearsAsHolder, log, timers = systemTimers } = options;
  const all: Channels = { ...hears, ...hearsAsHolder };
  let client: pg.Client | undefined;
  let held = false;
  let elsewhere = false;
  let stopTrying = (): void => {};
  let trying: Promise<void> | undefined;

  const letGo = (): void => {
    client = undefined;
    elsewhere = false;
    if (!held) return;
    held = false;
    log.warn('the lease of the paper venue is lost');
    lost();
  };

  const opened = async (): Promise<pg.Client> => {
    if (client !== undefined) return client;
    const made = await connect();
    made.on('notification', ({ channel, payload = '' }) => all[channel]?.(payload));
    made.on('end', () => client === made && letGo());
    try {
      await listen(made, hears);
    } catch (error) {
      await made.end();
      throw error;
    }
    client = made;
    return made;
  };

  let triedAt = Number.NEGATIVE_INFINITY;

  const tryOnce = async (): Promise<void> => {
    // Whoever has not run for a while itself, on a machine that was stopped or too busy, is no judge of another's silence.
    const now = performance.now();
    const wasAwake = now - triedAt < 3 * limits.lane.lease_ms;
    triedAt = now;
    const asked = await opened();
    const { rows } = await asked.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [KEY]);
    if (client !== asked) return;
    elsewhere = rows[0]?.taken === false;
    if (elsewhere) {
      if (wasAwake && (await endSilentHolder(asked)))
        log.warn('the process that ran the paper venue was silent; it has lost its lease');
      return;
    }
    held = true;
    const isOurs = (): boolean => held && client === asked;
    try {
      // What is committed from here on makes itself heard; what was committed before is in the database already.
      await listen(asked, hearsAsHolder);
      await taken(isOurs);
    } catch (error) {
      // Whoever tries next, here or elsewhere, begins anew.
      await asked.end();
      throw error;
    } finally {
      // Whatever was started behind the loss: another process runs the venue by now.
      if (!isOurs()) lost();
    }
  };

  let told = false;
  const attempt = async (): Promise<void> => {
    if (held) return;
    try {
      await tryOnce();
      if (!held && !told) log.info('another process runs the paper venue; waiting for its lease');
    } catch (error) {
      if (!told) log.warn({ err: error }, 'the lease of the paper venue cannot be asked for');
    }
    told = !held;
  };

  const attemptOnce = (): Promise<void> => {
    trying ??= attempt().finally(() => {
      trying = undefined;
    });
    return trying;
  };

  let beating = false;
  /** Lets itself be heard of, also while what comes with the lease is still being started. */
  const beat = async (): Promise<void> => {
    if (beating) return;
    beating = true;
    // A connection that is lost says so by itself.
    await client?.query('SELECT 1').catch(() => {});
    beating = false;
  };

  return {
    start: async () => {
      stopTrying = timers.every(limits.lane.lease_ms, () => (held ? beat() : attemptOnce()));
      await attemptOnce();
    },
    held: () => held,
    taken: () => held || elsewhere,
    stop: async () => {
      stopTrying();
      held = false;
      elsewhere = false;
      await client?.end();
      client = undefined;
    },
  };
};
