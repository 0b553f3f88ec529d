import pg from 'pg';
import { damage } from './aftermath.ts';
import { type Client, type Sent, send, signUp, startLoad } from './clients.ts';
import { type DataFolder, dataFolder, type ServerProcess, startServer } from './process.ts';
import { until } from './until.ts';

const CLIENTS = 4;
/** Acknowledged by each server before the kill. */
const WARM = 60;

export interface Takeover {
  sent: Sent;
  /** What the kill has broken, in words; empty when all is right. */
  damage: string[];
  /** From the kill to the moment at which the server that is left had taken an order. */
  acknowledged_ms: number;
  /** From the kill to the moment at which that order was filled: the venue runs again. */
  filled_ms: number;
  /** The wall clock at the kill. */
  killedAt: Date;
}

export interface Pair {
  pool: pg.Pool;
  servers(): readonly ServerProcess[];
  /** Puts both servers under load and kills the one that runs the venue. */
  killHolder(): Promise<Takeover>;
  /** Starts another server in the place of the one that was killed. */
  replenish(): Promise<void>;
  remove(): Promise<void>;
}

const merged = (one: Sent, other: Sent): Sent => ({
  acknowledged: new Map([...one.acknowledged, ...other.acknowledged]),
  unknown: [...one.unknown, ...other.unknown],
});

/** Two servers on one database; the first runs the venue. */
export const startPair = async (databaseUrl: string): Promise<Pair> => {
  const pool = new pg.Pool({ connectionString: databaseUrl });
  const folders: DataFolder[] = [];
  let servers: ServerProcess[] = [];
  const startNext = async (): Promise<void> => {
    const folder = dataFolder();
    folders.push(folder);
    const more = {
      DATABASE_URL: databaseUrl,
      JWT_SECRET_KEY: 'the-key-of-both-servers-0123456789abcdef',
      PAPER_TICK_MS: '50',
      ORDERS_PER_MINUTE: '1000000',
      LOG_LEVEL: 'error',
    };
    servers.push(await startServer(folder.path, more));
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

  return {
    pool,
    servers: () => servers,
    killHolder: async () => {
      const [first, second] = servers as [ServerProcess, ServerProcess];
      const others = await clientsOf(second);
      const loads = [startLoad(first.url, await clientsOf(first)), startLoad(second.url, others)] as const;
      await until(() => loads.every(({ sent }) => sent.acknowledged.size > WARM));
      process.kill(first.pid, 'SIGKILL');
      const [killedAt, began] = [new Date(), performance.now()];
      await first.exited;
      const lone = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '0.1' };
      const key = `after kill ${round}`;
      const command = { client: others[0] as Client, key, field: 'placeOrder' as const, input: lone };
      const id = await send(second.url, command);
      const acknowledged_ms = performance.now() - began;
      await untilFilled(id);
      const filled_ms = performance.now() - began;
      const sent = merged(await loads[0].stop(), await loads[1].stop());
      sent.acknowledged.set(command, id);
      const broken = await damage(second.url, async (sql) => (await pool.query(sql)).rows, sent);
      servers = [second];
      return { sent, damage: broken, acknowledged_ms, filled_ms, killedAt };
    },
    replenish: startNext,
    remove: async () => {
      for (const { remove } of folders) await remove();
      await pool.end();
    },
  };
};
