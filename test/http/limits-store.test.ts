import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { blocks } from '../support/people.ts';
import { needsRedis, redisIsMissing, startRedis } from '../support/redis.ts';
import { post, send, type TestAnswer } from './harness.ts';
import { type RealApp, startRealApp } from './real-app.ts';

/* The whole server on a real Redis, which is killed and frozen under it. */

const METRICS_TOKEN = 'the token of the scraper';

describe.skipIf(redisIsMissing)(`limits in a redis${needsRedis}`, () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let app: RealApp;
  let token: string;
  let admin: string;

  beforeAll(async () => {
    redis = await startRedis();
    app = await startRealApp({ REDIS_URL: redis.url, METRICS_TOKEN, LOGIN_ATTEMPTS_PER_MINUTE: '20' });
    token = (await signIn()).json.data.login.session.accessToken;
    admin = (await signIn('admin', 'admin123')).json.data.login.session.accessToken;
  });
  afterAll(async () => {
    redis.signal('SIGCONT');
    await app.close();
    await redis.stop();
  });

  const signIn = (username = 'user', password = 'user123'): Promise<TestAnswer> =>
    post(
      app,
      `mutation { login(input: { username: "${username}", password: "${password}" }) { session { accessToken } userErrors { code } } }`,
    );
  const signUp = (): Promise<TestAnswer> =>
    post(
      app,
      'mutation { register(input: { username: "newcomer", email: "new@example.com", password: "quiet-River-under-7" }) { userErrors { code } } }',
    );
  const changePassword = (): Promise<TestAnswer> =>
    post(
      app,
      'mutation { changePassword(input: { currentPassword: "user123", newPassword: "quiet-River-under-7" }) { userErrors { code } } }',
      { headers: { authorization: `Bearer ${token}` } },
    );
  const operate = (query: string): Promise<TestAnswer> =>
    post(app, query, { headers: { authorization: `Bearer ${admin}` } });
  const circuit = async (): Promise<{ name: string; state: string; lastError: string | null }> => {
    const { data } = (await operate('{ circuits { name state lastError } }')).json;
    return data.circuits.find(({ name }: { name: string }) => name === 'redis');
  };
  const me = (): Promise<TestAnswer> =>
    post(app, '{ me { username } }', { headers: { authorization: `Bearer ${token}` } });
  const placeOrder = (): Promise<TestAnswer> =>
    post(
      app,
      'mutation { placeOrder(input: { symbol: "AAPL", side: BUY, type: LIMIT, qty: "1", limitPrice: "10" }) { order { id } userErrors { code } } }',
      { headers: { authorization: `Bearer ${token}` } },
    );
  const metric = async (name: string): Promise<number> => {
    const { text } = await send(`${app.url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
    const lines = text.split('\n').filter((line) => line.startsWith(name));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };

  /** What holds while nothing answers. */
  const expectToGoOn = async (): Promise<void> => {
    for (let round = 0; round < 3; round += 1) {
      const anonymous = await post(app, '{ marketStatus { __typename } }');
      expect([anonymous.status, anonymous.headers['ratelimit-policy']]).toEqual([200, '"address";q=1000000;w=60']);
      const read = await me();
      expect([read.status, read.json.data]).toEqual([200, { me: { username: 'user' } }]);
      expect(read.headers['ratelimit-policy']).toContain('"viewer"');
      // Sign-in counts twice; sign-up and a changed password have one budget each.
      for (const refused of [await signIn(), await signUp(), await changePassword()]) {
        expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
        const { extensions } = refused.json.errors[0];
        expect(extensions).toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE', dependency: 'limits' });
      }
    }
    expect((await placeOrder()).json.data.placeOrder.userErrors).toEqual([]);
    expect(await metric('bourse_limiter_store_up')).toBe(0);
    expect(await metric('bourse_limiter_store_missed_total')).toBeGreaterThan(0);
    const away = { state: expect.stringMatching(/^(OPEN|HALF_OPEN)$/), lastError: expect.stringMatching(/./) };
    expect(await circuit()).toMatchObject(away);
  };

  const expectToBeBack = async (): Promise<void> => {
    await vi.waitFor(async () => expect(await metric('bourse_limiter_store_up')).toBe(1), { timeout: 15_000 });
    expect((await signIn()).json.data.login.userErrors).toEqual([]);
    expect((await circuit()).state).toBe('CLOSED');
  };

  it('are counted there', async () => {
    expect(await metric('bourse_limiter_store_up')).toBe(1);
    expect((await me()).status).toBe(200);
    expect((await placeOrder()).json.data.placeOrder.userErrors).toEqual([]);
    expect(await circuit()).toMatchObject({ name: 'redis', state: 'CLOSED' });
  });

  it('that an operator isolates is left alone until it is reset', async () => {
    await operate('mutation { isolateCircuit(input: { name: "redis", reason: "drill" }) { userErrors { code } } }');
    expect((await signIn()).status).toBe(503);
    expect((await me()).status).toBe(200);
    expect(await metric('bourse_limiter_store_up')).toBe(1);
    await operate('mutation { resetCircuit(input: { name: "redis" }) { userErrors { code } } }');
    expect((await signIn()).json.data.login.userErrors).toEqual([]);
  });

  it('that is killed: reads and orders go on, sign-in fails closed, a metric tells; all is well when it is back', async () => {
    process.kill(redis.pid, 'SIGKILL');
    await redis.stop();
    await expectToGoOn();
    redis = await startRedis(redis.port);
    await expectToBeBack();
  });

  it('that hangs: the same', async () => {
    process.kill(redis.pid, 'SIGSTOP');
    await expectToGoOn();
    process.kill(redis.pid, 'SIGCONT');
    await expectToBeBack();
  });

  it('that hangs under a sign-in that was counted: it is answered, and what it was counted is lost', async () => {
    const owner = new pg.Client(app.databaseUrl);
    await owner.connect();
    try {
      await owner.query('BEGIN');
      await owner.query("SELECT 1 FROM users WHERE username = 'user' FOR UPDATE");
      const answer = signIn();
      await blocks(owner);
      process.kill(redis.pid, 'SIGSTOP');
      await owner.query('COMMIT');
      expect((await answer).json.data.login).toMatchObject({
        session: { accessToken: expect.stringMatching(/./) },
        userErrors: [],
      });
    } finally {
      process.kill(redis.pid, 'SIGCONT');
      await owner.end();
    }
    await expectToBeBack();
  });
});
