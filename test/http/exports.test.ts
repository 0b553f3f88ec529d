import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../src/limits.ts';
import { until } from '../support/until.ts';
import { post, send } from './harness.ts';
import { type RealApp, startRealApp } from './real-app.ts';

let app: RealApp;
let owner: pg.Client;
let customer: { token: string; userId: string; accountId: string };
let big: typeof customer;
let admin: typeof customer;

/** More than all buffers between the database and a client that does not read can take. */
const MANY = 200_000;
const PASSWORD = 'quiet-River-under-7-bridges';

const signedUp = async (username: string): Promise<typeof customer> => {
  const input = { username, email: `${username}@example.com`, password: PASSWORD };
  const query =
    'mutation ($input: RegisterInput!) { register(input: $input) { session { accessToken user { id } } userErrors { code } } }';
  const { session } = (await post(app, query, { variables: { input } })).json.data.register;
  const token: string = session.accessToken;
  const headers = { authorization: `Bearer ${token}` };
  const accounts = (await post(app, '{ accounts { id } }', { headers })).json.data.accounts;
  return { token, userId: session.user.id, accountId: accounts[0].id };
};

/** Bookings of one cent each, a second apart, as the owner of the database puts them there. */
const fill = async (accountId: string): Promise<void> => {
  await owner.query(`
    BEGIN;
    SET LOCAL session_replication_role = replica;
    INSERT INTO journal_entries (id, kind, reference, created_at)
      SELECT ('01000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'DEPOSIT',
             ('02000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, timestamptz '2020-01-01Z' + n * interval '1 second'
      FROM generate_series(1, ${MANY}) n;
    INSERT INTO postings (entry_id, line, account_id, asset, amount, balance_after, created_at, kind)
      SELECT ('01000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 0, '${accountId}', 'USD', 1000000, n * 1000000::bigint,
             timestamptz '2020-01-01Z' + n * interval '1 second', 'DEPOSIT'
      FROM generate_series(1, ${MANY}) n;
    INSERT INTO balances (account_id, asset, posted, held, may_owe)
      VALUES ('${accountId}', 'USD', ${MANY} * 1000000::bigint, 0, false)
      ON CONFLICT (account_id, asset) DO UPDATE SET posted = EXCLUDED.posted;
    COMMIT;
    ANALYZE postings, journal_entries;`);
};

beforeAll(async () => {
  app = await startRealApp({ PAPER_TICK_MS: '0', DEMO_DATA: 'false' });
  owner = new pg.Client(app.databaseUrl);
  await owner.connect();
  customer = await signedUp('customer');
  big = await signedUp('big');
  admin = await signedUp('operator');
  await owner.query(`UPDATE users SET roles = '{USER,AUDITOR}' WHERE id = $1`, [admin.userId]);
  await fill(big.accountId);
  const deposit = 'mutation { deposit(input: { amount: "100" }) { userErrors { code } } }';
  const withdraw = 'mutation { withdraw(input: { amount: "40.5" }) { userErrors { code } } }';
  const headers = { authorization: `Bearer ${customer.token}` };
  for (const query of [deposit, withdraw, deposit]) await post(app, query, { headers });
  // What a viewer may do is remembered for half a second, and a period must be over.
  await sleep(600);
});
afterAll(async () => {
  await owner.end();
  await app.close();
});

const period = { from: '2020-01-01T00:00:00Z', to: '2021-01-01T00:00:00Z' };
const now = (): string => new Date(Date.now() - 50).toISOString();
const target = (parameters: Record<string, string> | string): string =>
  `${app.url}/exports/statement?${new URLSearchParams(parameters)}`;
const ask = (token: string | undefined, parameters: Record<string, string> | string, method = 'GET') =>
  send(target(parameters), { method, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

/** The answer's head; nothing of the body is read until somebody does. */
const begin = async (token: string, parameters: Record<string, string>): Promise<IncomingMessage> => {
  const request = get(target(parameters), { headers: { authorization: `Bearer ${token}` }, agent: false });
  request.on('error', () => {});
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  return response;
};

interface Backend {
  pid: number;
  state: string;
  query_start: Date;
}
const waiting = `SELECT pid, state, query_start FROM pg_stat_activity
  WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid() AND query LIKE '%FROM postings p JOIN journal_entries%'`;
const exportBackends = async (): Promise<Backend[]> => (await owner.query<Backend>(waiting)).rows;

const bigRequest = () => ({ accountId: big.accountId, ...period, format: 'json' });

describe('a statement as a file', () => {
  test('is CSV with opening balances, every movement and closing balances', async () => {
    const parameters = { accountId: customer.accountId, from: period.from, to: now(), format: 'csv' };
    const { status, headers, text } = await ask(customer.token, parameters);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    expect(headers['content-disposition']).toMatch(
      new RegExp(`^attachment; filename="statement-${customer.accountId}-20200101T000000000Z-[0-9TZ]+\\.csv"$`),
    );
    const [head, ...rows] = text.split('\r\n');
    expect(head).toBe('record,time,sequence,entryId,line,kind,reference,asset,amount,balance');
    expect(rows.pop()).toBe('');
    const cells = rows.map((row) => row.split(','));
    expect(cells.map((row) => [row[0], row[5], ...row.slice(7)])).toEqual([
      ['movement', 'DEPOSIT', 'USD', '100', '100'],
      ['movement', 'WITHDRAWAL', 'USD', '-40.5', '59.5'],
      ['movement', 'DEPOSIT', 'USD', '100', '159.5'],
      ['closing', '', 'USD', '', '159.5'],
    ]);
  });

  test('is one JSON document with amounts as text', async () => {
    const first = { accountId: customer.accountId, from: period.from, to: now(), format: 'json' };
    const { movements } = (await ask(customer.token, first)).json;
    const parameters = { ...first, from: movements[1].time };
    const { status, json } = await ask(customer.token, parameters);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      accountId: customer.accountId,
      opening: [{ asset: 'USD', balance: '100' }],
      movements: [
        { kind: 'WITHDRAWAL', amount: '-40.5', balance: '59.5' },
        { kind: 'DEPOSIT', amount: '100', balance: '159.5' },
      ],
      closing: [{ asset: 'USD', balance: '159.5' }],
    });
  });

  test('ends before its last instant, with which the next one begins', async () => {
    const whole = { accountId: customer.accountId, from: period.from, to: now(), format: 'json' };
    const { movements } = (await ask(customer.token, whole)).json;
    const middle = movements[1].time;
    const before = (await ask(customer.token, { ...whole, to: middle })).json;
    const after = (await ask(customer.token, { ...whole, from: middle })).json;
    expect([...before.movements, ...after.movements]).toEqual(movements);
    expect(after.movements[0].time).toBe(middle);
    expect(before.closing).toEqual(after.opening);
  });

  test('has nothing but its frame when nothing moved', async () => {
    const parameters = { accountId: customer.accountId, ...period };
    const { json } = await ask(customer.token, { ...parameters, format: 'json' });
    expect(json).toMatchObject({ opening: [], movements: [], closing: [] });
    const { text } = await ask(customer.token, { ...parameters, format: 'csv' });
    expect(text.split('\r\n')).toHaveLength(2);
  });

  test('is whole at any size: each movement once, in order, up to the closing balance', async () => {
    const { json } = await ask(big.token, bigRequest());
    expect(json.movements).toHaveLength(MANY);
    const cent = (count: number): string => String(count / 100);
    json.movements.forEach(({ balance }: { balance: string }, at: number) => {
      if (balance !== cent(at + 1)) throw new Error(`movement ${at} leaves ${balance}`);
    });
    expect(json.closing).toEqual([{ asset: 'USD', balance: cent(MANY) }]);
    const { text } = await ask(big.token, { ...bigRequest(), format: 'csv' });
    expect(text.split('\r\n')).toHaveLength(MANY + 3);
  });
});

describe('a client that reads slowly or goes away', () => {
  test('stops the reads of the database while it takes nothing, and gets the rest when it goes on', async () => {
    const response = await begin(big.token, bigRequest());
    const stopped = async (): Promise<boolean> => {
      const [before] = await exportBackends();
      await sleep(300);
      const [after] = await exportBackends();
      return (
        before !== undefined &&
        after?.state === 'idle in transaction' &&
        before.query_start.getTime() === after.query_start.getTime()
      );
    };
    await until(stopped);
    // Its transaction waits longer than any that locks something may.
    await sleep(limits.database.transactionIdle_ms + 500);
    let size = 0;
    for await (const chunk of response) size += (chunk as Buffer).length;
    expect(response.complete).toBe(true);
    expect(size).toBeGreaterThan(MANY * 100);
    expect(await exportBackends()).toEqual([]);
  });

  test('gives its connection back when it goes away', async () => {
    for (let turn = 0; turn < 2 * limits.database.pool; turn += 1) {
      let response = await begin(big.token, bigRequest());
      // The place of the last one is free a moment after its connection; one that is kept for ever ends the test's time.
      while (response.statusCode === 429) {
        response.resume();
        response = await begin(big.token, bigRequest());
      }
      expect(response.statusCode).toBe(200);
      response.destroy();
      await until(async () => (await exportBackends()).length === 0);
    }
    expect((await ask(customer.token, { accountId: customer.accountId, ...period, format: 'csv' })).status).toBe(200);
  });

  test('is told when it asks for too many at once, and others when all are taken', async () => {
    const { total, perOwner } = limits.exports;
    const auditor = admin.token;
    const isFree = async () => (await ask(big.token, { ...bigRequest(), from: '2020-12-31T00:00:00Z' })).status === 200;
    await until(isFree);
    await until(async () => (await exportBackends()).length === 0);
    const open = await Promise.all([big.token, big.token, auditor, auditor].map((token) => begin(token, bigRequest())));
    expect(open.map(({ statusCode }) => statusCode)).toEqual(Array(total).fill(200));
    expect(perOwner).toBe(2);
    const again = await ask(big.token, bigRequest());
    expect(again).toMatchObject({ status: 429, json: { code: 'RATE_LIMITED' } });
    expect(Number(again.headers['retry-after'])).toBeGreaterThan(0);
    const other = await ask(customer.token, { accountId: customer.accountId, ...period, format: 'csv' });
    expect(other).toMatchObject({ status: 503, json: { code: 'OVERLOADED' } });
    expect(Number(other.headers['retry-after'])).toBeGreaterThan(0);
    for (const response of open) response.destroy();
    await until(async () => (await exportBackends()).length === 0);
    await until(isFree);
  });
});

describe('a failure half-way', () => {
  test.each(['HTTP/1.1', 'HTTP/1.0'])('never looks like the end of the file, over %s', async (version) => {
    const { pathname, search } = new URL(target(bigRequest()));
    const socket = connect(app.port, '127.0.0.1');
    let text = '';
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => socket.once('error', resolve));
    socket.write(`GET ${pathname}${search} ${version}\r\nHost: x\r\nAuthorization: Bearer ${big.token}\r\n\r\n`);
    await once(socket, 'readable');
    const ended = `SELECT pg_terminate_backend(pid) FROM (${waiting}) b`;
    await until(async () => (await owner.query(ended)).rowCount === 1);
    socket.setEncoding('latin1').on('data', (data: string) => {
      text += data;
    });
    expect((await failed).code).toBe('ECONNRESET');
    expect(text).toContain('200 OK');
    expect(text).not.toContain('"closing"');
    expect((await ask(customer.token, { accountId: customer.accountId, ...period, format: 'csv' })).status).toBe(200);
  });
});

describe('what is refused', () => {
  const good = () => ({ accountId: customer.accountId, ...period, format: 'csv' });
  const without = (name: string): Record<string, string> =>
    Object.fromEntries(Object.entries(good()).filter(([key]) => key !== name));
  const changed = (change: Record<string, string>) => () => ({ ...good(), ...change });

  test.each<[string, () => Record<string, string> | string, string]>([
    ['no account', () => without('accountId'), 'accountId'],
    ['no from', () => without('from'), 'from'],
    ['no to', () => without('to'), 'to'],
    ['no format', () => without('format'), 'format'],
    ['an empty value', changed({ to: '' }), 'to'],
    ['a malformed account', changed({ accountId: 'x\u0000' }), 'accountId'],
    ['a malformed instant', changed({ from: '2020-02-30T00:00:00Z' }), 'from'],
    ['an unescaped plus', () => `${new URLSearchParams(without('to'))}&to=2021-01-01T00:00:00+01:00`, 'to'],
    ['a period that ends before it begins', changed({ from: period.to, to: period.from }), 'from'],
    ['an empty period', changed({ from: period.to }), 'from'],
    ['the future', changed({ to: '2999-01-01T00:00:00Z' }), 'to'],
    ['another format', changed({ format: 'pdf' }), 'format'],
    ['a format of every object', changed({ format: 'constructor' }), 'format'],
    ['a parameter twice', () => `${new URLSearchParams(good())}&format=json`, 'format'],
    ['an unknown parameter', changed({ formta: 'csv' }), 'formta'],
    ['a parameter of every object', changed({ toString: 'x' }), 'toString'],
  ])('%s', async (_, parameters, field) => {
    const { status, json } = await ask(customer.token, parameters());
    expect([status, json.code, json.errors[0].field]).toEqual([400, 'BAD_USER_INPUT', field]);
    expect(json.detail).toContain(field);
  });

  test('another customer’s account exactly as one that nobody has', async () => {
    const unknown = '01a1fcfc-3e41-7000-8eb5-1e53944c07ee';
    const [foreign, nobodys, auditors] = await Promise.all([
      ask(customer.token, { ...good(), accountId: big.accountId }),
      ask(customer.token, { ...good(), accountId: unknown }),
      ask(admin.token, { ...good(), accountId: unknown }),
    ]);
    expect(foreign).toMatchObject({
      status: 404,
      json: { code: 'NOT_FOUND', errors: [{ field: 'accountId' }] },
    });
    const told = ({ json: { request_id: _, ...problem } }: typeof foreign) => problem;
    expect(told(foreign)).toEqual(told(nobodys));
    expect(told(auditors)).toEqual(told(nobodys));
  });

  test('a request without a good token', async () => {
    const bare = await ask(undefined, good());
    expect(bare).toMatchObject({ status: 401, json: { code: 'UNAUTHENTICATED' } });
    expect(bare.headers['www-authenticate']).toBe('Bearer');
    const bad = await ask('x.y.z', good());
    expect(bad).toMatchObject({ status: 401, json: { code: 'UNAUTHENTICATED', reason: 'MALFORMED' } });
  });

  test('any method but GET; HEAD gives the head of the file and no more', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect((await ask(customer.token, good(), method)).status, method).toBe(405);
    const head = await ask(big.token, bigRequest(), 'HEAD');
    expect(head).toMatchObject({ status: 200, text: '' });
    await until(async () => (await exportBackends()).length === 0);
  });
});

test('who exported what is in the audit log, also when staff read or when it was refused', async () => {
  const asked = { accountId: customer.accountId, ...period, format: 'csv' };
  const before = Date.now();
  await ask(customer.token, asked);
  await ask(admin.token, asked);
  await ask(big.token, asked);
  const { rows } = await owner.query(
    `SELECT actor_id, target, outcome, details FROM audit_entries
     WHERE action = 'exportStatement' AND created_at >= $1 ORDER BY id`,
    [new Date(before)],
  );
  const details = { from: '2020-01-01T00:00:00.000Z', to: '2021-01-01T00:00:00.000Z', format: 'csv' };
  const line = { target: customer.accountId, details };
  expect(rows).toEqual([
    { ...line, actor_id: customer.userId, outcome: 'OK' },
    { ...line, actor_id: admin.userId, outcome: 'OK' },
    { ...line, actor_id: big.userId, outcome: 'NOT_FOUND' },
  ]);
});
