import pg from 'pg';
import { expect, vi } from 'vitest';
import { type App, createApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { createLog } from '../../../src/telemetry/log.ts';
import { testDatabase } from '../../support/database.ts';
import { brokenPromises } from '../../support/promises.ts';
import { startVenue, VENUE_TOKEN } from '../../support/venue-process.ts';

// biome-ignore lint/suspicious/noExplicitAny: the shape is the test's business
type Data = any;

export interface Answer {
  data: Data;
  errors?: { extensions: Record<string, unknown> }[];
  extensions?: { dependencies?: Record<string, Record<string, unknown>> };
}

export const PATIENCE = { timeout: 25_000, interval: 50 };

/** The server in front of a venue in another process, over real HTTP. */
export const startTogether = async (settings: Record<string, string> = {}) => {
  const [database, venue] = [await testDatabase(), await startVenue()];
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  const config = loadConfig({
    DATABASE_URL: database.url,
    HOST: '127.0.0.1',
    PORT: '0',
    JWT_SECRET_KEY: 'a secret of the tests, longer than 32 characters',
    VENUE_URL: venue.url,
    VENUE_NAME: 'test',
    VENUE_TOKEN,
    CIRCUIT_BREAKER_TIMEOUT: '1',
    CIRCUIT_BREAKER_FAILURE_THRESHOLD: '3',
    LOG_LEVEL: process.env.TEST_LOG ?? 'silent',
    ...settings,
  });
  let app: App;
  let url = '';
  const start = async (): Promise<void> => {
    app = await createApp({ config, clock: systemClock, log: createLog(config) });
    url = `http://127.0.0.1:${(await app.listen()).port}`;
  };
  await start();

  const ask = async (query: string, token?: string, variables?: object): Promise<Answer> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  };
  const signIn = async (email: string, password: string): Promise<string> => {
    const sent = `mutation { login(input: { email: "${email}", password: "${password}" }) { session { accessToken } } }`;
    return (await ask(sent)).data.login.session.accessToken;
  };

  const fields =
    'id status reason filledQty leavesQty filledAvgPrice stopPrice trailPercent replacedBy { id status qty }';
  const order = async (token: string, id: string): Promise<Data> =>
    (await ask(`{ order(id: "${id}") { ${fields} } }`, token)).data.order;
  const place = (token: string, input: object): Promise<Answer> =>
    ask(
      `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { ${fields} } userErrors { code } } }`,
      token,
      { input: { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '1', ...input } },
    );

  return {
    venue,
    ask,
    signIn,
    order,
    place,
    /** Places an order that must be accepted; its id. */
    placed: async (token: string, input: object = {}): Promise<string> => {
      const { data, errors } = await place(token, input);
      expect(errors).toBeUndefined();
      expect(data.placeOrder.userErrors).toEqual([]);
      return data.placeOrder.order.id;
    },
    until: (token: string, id: string, expected: object): Promise<void> =>
      vi.waitFor(async () => expect(await order(token, id)).toMatchObject(expected), PATIENCE),
    /** Waits until the server may talk to the venue and knows its prices. */
    connected: (): Promise<void> =>
      vi.waitFor(async () => {
        const { data, extensions } = await ask('{ quote(symbol: "AAPL") { ask stale } }');
        expect(data.quote).toMatchObject({ stale: false });
        expect(extensions?.dependencies?.quotes?.state).toBe('CLOSED');
        const admin = await signIn('admin@example.com', 'admin123');
        expect((await ask('{ circuits { name state } }', admin)).data.circuits).toContainEqual({
          name: 'venue:test',
          state: 'CLOSED',
        });
      }, PATIENCE),
    held: async (token: string): Promise<string[]> => {
      const { data } = await ask('{ accounts { balances { held } } }', token);
      return data.accounts.flatMap(({ balances }: Data) => balances.map(({ held }: Data) => held));
    },
    broken: () => brokenPromises(pool),
    rows: async (sql: string, ...values: unknown[]): Promise<Data[]> => (await pool.query(sql, values)).rows,
    /** Ends the server in good order. */
    stop: () => app.close(),
    start,
    close: async (): Promise<void> => {
      await app.close();
      await venue.close();
      await pool.end();
      await database.close();
    },
  };
};

export type Together = Awaited<ReturnType<typeof startTogether>>;
