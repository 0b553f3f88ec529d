import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { damage } from './aftermath.ts';
import { type Client, type Sent, send, signUp, startLoad } from './clients.ts';
import { type DataFolder, dataFolder, type ServerProcess, startServer } from './process.ts';
import { until } from './until.ts';

const CLIENTS = 4;
/** Acknowledged by each server before the kill. */
const WARM = 60;
/** Far longer than a statement takes. */
const FLIGHT_ms = 60;

export interface Takeover {
  sent: Sent;
  /** What the loss of the holder has broken, in words; empty when all is right. */
  damage: string[];
  /** From then to the moment at which the server that is left had taken an order. */
  acknowledged_ms: number;
  /** From then to the moment at which that order was filled: the venue runs again. */
  filled_ms: number;
  /** The wall clock then. */
  lostAt: Date;
}

/** Takes the holder away, and says what comes after the takeover. */
type Strike = (holder: ServerProcess) => Promise<() => Promise<void>>;

export interface Pair {
  pool: pg.Pool;
  servers(): readonly ServerProcess[];
  /** Puts both servers under load and kills the one that runs the venue. */
  killHolder(): Promise<Takeover>;
  /** Puts both under load and freezes the one that runs the venue in a transaction that has accounts locked; it goes on after the takeover. */
  freezeHolder(): Promise<Takeover>;
  /** Starts another server in the place of the one that was killed. */
  replenish(): Promise<void>;
  remove(): Promise<void>;
}

const merged = (one: Sent, other: Sent): Sent => ({
  acknowledged: new Map([...one.acknowledged, ...other.acknowledged]),
  unknown: [...one.unknown, ...other.unknown],
});

/** Each server's connections are told apart by this. */
const named = (databaseUrl: string, name: string): string => {
  const url = new URL(databaseUrl);
  url.searchParams.set('application_name', name);
  return url.href;
};

/** Two servers on one database; the first runs the venue. */
export const startPair = async (databaseUrl: string): Promise<Pair> => {
  const pool = new pg.Pool({ connectionString: databaseUrl });
  const folders: DataFolder[] = [];
  const names = new Map<number, string>();
  let servers: ServerProcess[] = [];
  const startNext = async (): Promise<void> => {
    const folder = dataFolder();
    const name = `server-${folders.push(folder)}`;
    const more = {
      DATABASE_URL: named(databaseUrl, name),
      JWT_SECRET_KEY: 'the-key-of-both-servers-0123456789abcdef',
      PAPER_TICK_MS: '50',
      ORDERS_PER_MINUTE: '1000000',
      LOG_LEVEL: 'error',
    };
    const server = await startServer(folder.path, more);
    names.set(server.pid, name);
    servers.push(server);
  };
  await startNext();
  await startNext();
  let round = 0;

  const clientsOf = async ({ url }: ServerProcess): Promise<Client[]> => {
    round += 1;
    const clients: Client[] = [];
    while (clients.length < CLIENTS) clients.push(await signUp(url, round, clients.length));
    return clients;
  };
  const untilFilled = (id: string): Promise<void> =>
    until(async () => {
      const { rowCount } = await pool.query('SELECT FROM orders WHERE id = $1 AND status = $2', [id, 'FILLED']);
      return rowCount !== 0;
    });

  const takeover = async (strike: Strike): Promise<Takeover> => {
    const [first, second] = servers as [ServerProcess, ServerProcess];
    const others = await clientsOf(second);
    const loads = [startLoad(first.url, await clientsOf(first)), startLoad(second.url, others)] as const;
    await until(() => loads.every(({ sent }) => sent.acknowledged.size > WARM));
    const after = await strike(first);
    const [lostAt, began] = [new Date(), performance.now()];
    const lone = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '0.1' };
    const key = `after loss ${round}`;
    const command = { client: others[0] as Client, key, field: 'placeOrder' as const, input: lone };
    const id = await send(second.url, command);
    const acknowledged_ms = performance.now() - began;
    await untilFilled(id);
    const filled_ms = performance.now() - began;
    await after();
    const sent = merged(await loads[0].stop(), await loads[1].stop());
    sent.acknowledged.set(command, id);
    const broken = await damage(second.url, async (sql) => (await pool.query(sql)).rows, sent);
    return { sent, damage: broken, acknowledged_ms, filled_ms, lostAt };
  };

  const hasLocks = async ({ pid }: ServerProcess): Promise<boolean> => {
    const { rowCount } = await pool.query(
      `SELECT FROM pg_stat_activity JOIN pg_locks l USING (pid) WHERE application_name = $1 AND state = 'idle in transaction'
         AND l.relation = 'accounts'::regclass AND l.mode = 'RowShareLock'`,
      [names.get(pid)],
    );
    return rowCount !== 0;
  };

  return {
    pool,
    servers: () => servers,
    killHolder: () =>
      takeover(async (holder) => {
        holder.signal('SIGKILL');
        await holder.exited;
        servers = servers.filter((server) => server !== holder);
        return async () => {};
      }),
    freezeHolder: () =>
      takeover(async (holder) => {
        for (;;) {
          holder.signal('SIGSTOP');
          // Whatever it had sent by then has been answered.
          await sleep(FLIGHT_ms);
          if (await hasLocks(holder)) break;
          holder.signal('SIGCONT');
          await sleep(17);
        }
        servers = servers.toReversed();
        return async () => {
          holder.signal('SIGCONT');
        };
      }),
    replenish: startNext,
    remove: async () => {
      for (const { remove } of folders) await remove();
      await pool.end();
    },
  };
};
