import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverEnvironment, serverProgram } from '../../scripts/lib/server.mjs';
import { startEmbedded } from '../../src/database/embedded/embedded.ts';
import { type Measurable, start } from './process.ts';

export interface Bourse extends Measurable {
  /** The database that the server uses, for a reference on the same one. */
  databaseUrl: string;
  ask<Data>(query: string, variables?: object, token?: string): Promise<Data>;
  /** Signs a customer up, with cash, and answers its access token. */
  customer(cash: string): Promise<string>;
  /** Kills the server and starts it again; answers how long that start took until orders are accepted, in milliseconds. */
  restart(meanwhile?: () => Promise<void>): Promise<number>;
}

const isReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  );

/** The server as `npm start` runs it, on a database of its own that is as durable as in production. */
export const startBourse = async (settings: Record<string, string> = {}): Promise<Bourse> => {
  const folder = mkdtempSync(join(tmpdir(), 'bourse-bench-'));
  const postgres = await startEmbedded({ folder, durable: true, progress: () => {} });
  const databaseUrl = postgres.url('postgres');
  const env = {
    DATA_DIR: folder,
    DATABASE_URL: databaseUrl,
    PORT: '0',
    LOG_LEVEL: 'info',
    RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000',
    RATE_LIMIT_VIEWER_PER_MINUTE: '10000000',
    REGISTER_PER_HOUR: '100000',
    ORDERS_PER_MINUTE: '10000000',
    ...settings,
  };
  const launch = () => start(serverProgram, { ...serverEnvironment({}), ...env }, /ready at http:\/\/[^:]+:(\d+)/);
  let server = await launch();
  const ask: Bourse['ask'] = async (query, variables, token) => {
    const response = await fetch(`http://127.0.0.1:${server.port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: never; errors?: unknown };
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  };
  let customers = 0;
  return {
    get port() {
      return server.port;
    },
    cpu_us: () => server.cpu_us(),
    rss_mb: () => server.rss_mb(),
    databaseUrl,
    ask,
    customer: async (cash) => {
      customers += 1;
      const name = `bench${customers}`;
      const input = { username: name, email: `${name}@example.com`, password: `a long enough secret ${customers}` };
      const { register } = await ask<{ register: { session: { accessToken: string } } }>(
        'mutation ($input: RegisterInput!) { register(input: $input) { session { accessToken } userErrors { message } } }',
        { input },
      );
      const token = register.session.accessToken;
      await ask(
        'mutation ($amount: Decimal!) { deposit(input: { amount: $amount }) { userErrors { message } } }',
        { amount: cash },
        token,
      );
      return token;
    },
    restart: async (meanwhile = async () => {}) => {
      await server.stop('SIGKILL');
      await meanwhile();
      const began = performance.now();
      server = await launch();
      while (!(await isReady(server.port))) await sleep(10);
      return performance.now() - began;
    },
    stop: async () => {
      await server.stop();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
