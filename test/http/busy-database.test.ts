import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { send, type TestAnswer } from './harness.ts';
import { type RealApp, startRealApp } from './real-app.ts';

/* A database that is too busy, or goes away, is no bug: whoever asks is told to come back. */

let app: RealApp;
let tokens: string[];
const credentials = { email: 'admin@example.com', password: 'admin123' };
const post = (path: string, body: object): Promise<TestAnswer> => {
  const headers = { 'content-type': 'application/json' };
  return send(`${app.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
};
const signIn = () => post('/native/api/v1/auth/login', credentials);
const me = (token: string, path = '/native/api/v1/me') =>
  send(`${app.url}${path}`, { headers: { authorization: `Bearer ${token}` } });

beforeAll(async () => {
  app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0' });
  const sessions = Array.from({ length: limits.database.pool + 4 }, signIn);
  tokens = (await Promise.all(sessions)).map(({ json }) => json.accessToken);
});
afterAll(() => app.close());

/** What is answered while nobody can read the users; `meanwhile` is given the connection that keeps them. */
const whileLocked = async (asked: () => Promise<TestAnswer>[], meanwhile: (owner: pg.Client) => Promise<unknown>) => {
  const owner = new pg.Client(app.databaseUrl);
  await owner.connect();
  try {
    await owner.query('BEGIN; LOCK TABLE users, sessions IN ACCESS EXCLUSIVE MODE');
    const answers = asked();
    await meanwhile(owner);
    return await Promise.all(answers);
  } finally {
    await owner.end();
  }
};

const waiting = `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;

describe('a database', () => {
  it('that is too busy is told as such by the first read of a request as by any other', async () => {
    const crowd = () => [...tokens.map((token) => me(token)), me(tokens[0]!, '/api/v1/auth/me'), signIn(), signIn()];
    const answers = await whileLocked(crowd, async () => {});
    for (const { status, headers, text } of answers) {
      expect([status, text]).toEqual([503, expect.stringContaining('The database is too busy; try again shortly.')]);
      expect(headers['retry-after']).toBe('1');
    }
    // Those that no connection was left for, and those whose lock did not come.
    for (const reason of ['timeout exceeded when trying to connect', 'lock timeout'])
      expect(app.text()).toContain(reason);
    expect((await me(tokens[0]!)).status).toBe(200);
  });

  it('that ends its connections is told as one that does not answer', async () => {
    const asked = () => [me(tokens[1]!), signIn()];
    const answers = await whileLocked(asked, async (owner) => {
      while ((await owner.query(waiting)).rowCount! < 2);
      await owner.query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS waiting`);
    });
    for (const { status, json } of answers)
      expect([status, json.code, json.dependency]).toEqual([503, 'DEPENDENCY_UNAVAILABLE', 'database']);
    expect((await me(tokens[1]!)).status).toBe(200);
  });

  it('is no bug in the log', () => {
    expect(app.text()).not.toContain('"bug"');
  });
});
