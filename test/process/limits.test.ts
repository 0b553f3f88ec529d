import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type DataFolder, dataFolder, type ServerProcess, startServer } from '../support/process.ts';
import { needsRedis, redisIsMissing, startRedis } from '../support/redis.ts';

/* Two servers share one budget: what one has counted, the other knows. */

let database: TestDatabase;
let folders: DataFolder[] = [];
afterEach(async () => {
  for (const { remove } of folders) await remove();
  folders = [];
  await database.close();
});

const startTwo = async (more: Record<string, string>): Promise<ServerProcess[]> => {
  database = await testDatabase();
  folders = [dataFolder(), dataFolder()];
  const settings = {
    DATABASE_URL: database.url,
    JWT_SECRET_KEY: 'the-key-of-both-servers-0123456789abcdef',
    LOGIN_ATTEMPTS_PER_MINUTE: '10',
    ...more,
  };
  const servers: ServerProcess[] = [];
  for (const { path } of folders) servers.push(await startServer(path, settings));
  return servers;
};

const ask = async ({ url }: ServerProcess, query: string): Promise<string[]> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: query,
  });
  const { data, errors } = (await response.json()) as {
    data?: Record<string, { userErrors: { code: string }[] }> | null;
    errors?: { extensions: { code: string } }[];
  };
  const codes = (errors ?? []).map(({ extensions }) => extensions.code);
  const failures = Object.values(data ?? {}).flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
  return [`${response.status}`, ...codes, ...failures];
};

const login = (name: string): string =>
  `login(input: { email: "admin@example.com", password: "${name}" }) { userErrors { code } }`;
const one = JSON.stringify({ query: `mutation { ${login('wrong')} }` });
const byAlias = JSON.stringify({
  query: `mutation { ${[1, 2, 3].map((at) => `a${at}: ${login(`${at}`)}`).join(' ')} }`,
});
const byBatch = JSON.stringify([{ query: `mutation { ${login('1')} }` }, { query: `mutation { ${login('2')} }` }]);

/** A store that did not answer in time lets nobody through, on a busy machine as on any other; then it is tried again. */
const untilCounted = async (server: ServerProcess, query: string): Promise<string[]> => {
  for (;;) {
    const answer = await ask(server, query);
    if (answer[1] !== 'DEPENDENCY_UNAVAILABLE') return answer;
    await sleep(200);
  }
};

const expectOneBudget = async (more: Record<string, string>, least: number): Promise<void> => {
  const servers = await startTwo(more);
  const burst = Array.from({ length: 40 }, (_, at) => untilCounted(servers[at % 2]!, one));
  const answers = await Promise.all(burst);
  const through = answers.filter(([, code]) => code === 'INVALID_CREDENTIALS');
  expect(through.length).toBeGreaterThanOrEqual(least);
  expect(through.length).toBeLessThanOrEqual(10);
  const over = answers.filter(([status, code]) => status === '429' && code === 'RATE_LIMITED');
  expect(over).toHaveLength(40 - through.length);
  // Several in one request are none.
  for (const server of servers) {
    expect(await ask(server, byAlias)).toEqual(['400', 'QUERY_TOO_COMPLEX']);
    expect(await ask(server, byBatch)).toEqual(['400', 'BAD_REQUEST']);
    expect(await untilCounted(server, one)).toEqual(['429', 'RATE_LIMITED']);
  }
};

describe('a burst of sign-ins over two servers', () => {
  it('spends one budget, in their database, and what is checked costs what is recommended', async () => {
    await expectOneBudget({}, 10);
    const client = new pg.Client(database.url);
    await client.connect();
    const { rows } = await client.query("SELECT DISTINCT split_part(password_hash, '$', 4) AS cost FROM users");
    await client.end();
    expect(rows).toEqual([{ cost: 'm=19456,t=2,p=1' }]);
  });

  it.skipIf(redisIsMissing)(`spends one budget, in their redis${needsRedis}`, async () => {
    const redis = await startRedis();
    try {
      // What was counted but answered too late is spent all the same.
      await expectOneBudget({ REDIS_URL: redis.url }, 1);
    } finally {
      await redis.stop();
    }
  });
});
