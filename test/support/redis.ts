import { spawn, spawnSync } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@redis/client';

/** The reason why tests that need Redis are skipped here; undefined where its server is installed. */
export const redisIsMissing: string | undefined = (() => {
  const { error } = spawnSync('redis-server', ['--version']);
  return error === undefined ? undefined : 'redis-server is not installed';
})();

/** For the name of a test: why it is skipped, where it is. */
export const needsRedis = redisIsMissing === undefined ? '' : ` (skipped: ${redisIsMissing})`;

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

export interface RedisProcess {
  url: string;
  pid: number;
  signal(name: NodeJS.Signals): void;
  /** Ends it, however it is. */
  stop(): Promise<void>;
}

/** A real server in memory only; on the given port, to come back where another one was. */
export const startRedis = async (port?: number): Promise<RedisProcess & { port: number }> => {
  const at = port ?? (await freePort());
  const args = ['--port', String(at), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `redis://127.0.0.1:${at}`;
  for (let attempt = 0; ; attempt += 1) {
    const client = createClient({ url, socket: { reconnectStrategy: false } }).on('error', () => {});
    try {
      await client.connect();
      client.destroy();
      break;
    } catch (error) {
      if (attempt > 200) throw error;
      await sleep(25);
    }
  }
  return {
    url,
    port: at,
    pid: child.pid as number,
    signal: (name) => child.kill(name),
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
};
