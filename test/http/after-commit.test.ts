import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { send, type TestAnswer } from './harness.ts';
import { type RealApp, startRealApp } from './real-app.ts';

/* What was committed cannot be undone by a read that fails behind it, and nobody may be led to send it once more. */

let app: RealApp;
let owner: pg.Client;
const tokens = { customer: '', operator: '', leaver: '' };
type Who = keyof typeof tokens;

const ask = (who: Who, method: string, path: string, body?: object): Promise<TestAnswer> =>
  send(`${app.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[who]}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const rest = (who: Who, method: string, path: string, body?: object) => ask(who, method, `/native/api/v1${path}`, body);
const graphql = (query: string, who: Who = 'customer') => ask(who, 'POST', '/graphql', { query });

/** Until the lock 7 is given back, statements with this text that read the table wait for it, as far as the condition holds. */
const holdUp = async (policy: string, text: string, condition = 'true'): Promise<void> => {
  const check = policy.startsWith('everything') ? 'WITH CHECK (true)' : '';
  await owner.query('SELECT pg_advisory_lock(7)');
  const isHeldUp = `current_query() LIKE '%${text}%' AND ${condition}`;
  await owner.query(
    `ALTER POLICY ${policy} USING (NOT (${isHeldUp}) OR pg_advisory_xact_lock_shared(7)::text = '') ${check}`,
  );
};
const waiting = `SELECT pid FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()`;
/** Ends the connections on which somebody waits, once there is one. */
const cutOff = async (): Promise<void> => {
  while ((await owner.query(waiting)).rowCount === 0);
  await owner.query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS waiting`);
};

beforeAll(async () => {
  app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0', PAPER_MAKERS: 'false' });
  owner = new pg.Client(app.databaseUrl);
  await owner.connect();
  const signIn = async (email: string, password: string): Promise<string> =>
    (await rest('customer', 'POST', '/auth/login', { email, password })).json.accessToken;
  tokens.customer = await signIn('user@example.com', 'user123');
  tokens.leaver = await signIn('user@example.com', 'user123');
  tokens.operator = await signIn('admin@example.com', 'admin123');
});
afterEach(async () => {
  await owner.query('SELECT pg_advisory_unlock_all()');
  await owner.query('ALTER POLICY own_rows ON accounts USING (true)');
  await owner.query('ALTER POLICY everything ON postings USING (true)');
});
afterAll(async () => {
  await owner.end();
  await app.close();
});

const buy = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '10' };
const placed = async (more: object = {}): Promise<string> =>
  (await rest('customer', 'POST', '/orders', { ...buy, ...more })).json.id;

describe('a command that was carried out', () => {
  it('is answered over REST from what it wrote, without a read that could fail', async () => {
    const replaced = await placed();
    const { json: replacing } = await rest('customer', 'PATCH', `/orders/${replaced}`, { qty: '2' });
    expect(replacing).toMatchObject({ id: replaced });
    let successor = '';
    while (successor === '')
      successor = (await rest('customer', 'GET', `/orders/${replaced}`)).json.replacedBy?.id ?? '';
    const other = await placed();
    await holdUp('own_rows ON accounts', 'WHERE id = ANY');

    const exit = { ...buy, side: 'SELL' };
    const answers = await Promise.all([
      rest('customer', 'POST', '/orders', buy),
      rest('customer', 'POST', '/orders/batch', { orders: [buy, buy] }),
      rest('customer', 'POST', '/order-lists', {
        type: 'OTO',
        orders: [buy, { ...exit, limitPrice: '9000' }],
      }),
      rest('customer', 'PATCH', `/orders/${other}`, { qty: '3' }),
      rest('customer', 'DELETE', `/orders/${successor}`),
      rest('customer', 'POST', '/deposits', { amount: '10' }),
      rest('customer', 'POST', '/withdrawals', { amount: '1' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 201, 200, 200, 201, 201]);
    const [one, batch, list, , canceled, deposit] = answers.map(({ json }) => json);
    const account = { id: one.account.id };
    expect(account.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(batch.results).toMatchObject([{ order: { account } }, { order: { account } }]);
    expect(list.orders).toMatchObject([{ account }, { account }]);
    expect(canceled).toMatchObject({ account, replaces: { id: replaced }, replacedBy: null });
    expect(deposit).toMatchObject({ account });
  });

  it('is said to be carried out where its answer cannot be read', async () => {
    await holdUp('own_rows ON accounts', 'WHERE id = ANY');
    const order = `symbol: "AAPL", side: BUY, type: LIMIT, qty: "1", limitPrice: "10", clientOrderId: "unread"`;
    const mutation = `mutation { placed: placeOrder(input: { ${order} }) { order { id account { id number } } userErrors { code } } }`;
    const [{ json, headers }] = await Promise.all([graphql(mutation), cutOff()]);
    expect(json.data).toEqual({ placed: { order: null, userErrors: [] } });
    expect(json.errors).toEqual([
      {
        message: expect.stringContaining('The command was carried out'),
        locations: expect.anything(),
        path: ['placed', 'order', 'account'],
        extensions: {
          code: 'DONE_WITHOUT_ANSWER',
          carriedOut: true,
          id: expect.any(String),
          dependency: 'database',
        },
      },
    ]);
    expect(headers['retry-after']).toBeUndefined();
    await owner.query('SELECT pg_advisory_unlock_all()');
    const { id } = json.errors[0].extensions;
    expect((await graphql('{ order(clientOrderId: "unread") { id } }')).json.data.order).toEqual({ id });
  });

  it('is said to be carried out over REST too, and not to come back for it', async () => {
    const { json: deposit } = await rest('customer', 'POST', '/deposits', { amount: '25' });
    await holdUp('everything ON postings', 'FROM postings', "kind = 'REVERSAL'");
    const reverse = () => rest('operator', 'POST', `/transfers/${deposit.id}/reverse`, { reason: 'a test' });
    const [{ status, headers, json }] = await Promise.all([reverse(), cutOff()]);
    expect([status, headers['retry-after']]).toEqual([500, undefined]);
    expect(json).toMatchObject({ code: 'DONE_WITHOUT_ANSWER', carriedOut: true, id: expect.any(String) });
    await owner.query('SELECT pg_advisory_unlock_all()');
    expect((await reverse()).json).toMatchObject({ code: 'ALREADY_REVERSED' });
  });

  it('is said to be carried out also where it made nothing: a session has ended', async () => {
    await owner.query('ALTER TABLE profiles RENAME TO away');
    const { json } = await graphql('mutation { logout { success user { displayName } } }', 'leaver');
    await owner.query('ALTER TABLE away RENAME TO profiles');
    expect(json.errors).toMatchObject([{ extensions: { code: 'DONE_WITHOUT_ANSWER', carriedOut: true } }]);
    const { json: after } = await graphql('{ me { id } }', 'leaver');
    expect(after.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('is not to be confused with one that was not: a read that comes first says when to come back', async () => {
    const { json: deposit } = await rest('customer', 'POST', '/deposits', { amount: '26' });
    await holdUp('everything ON postings', 'FROM postings');
    const reverse = () => rest('operator', 'POST', `/transfers/${deposit.id}/reverse`, { reason: 'a test' });
    const [{ status, headers, json }] = await Promise.all([reverse(), cutOff()]);
    expect([status, headers['retry-after'], json.code]).toEqual([503, '1', 'DEPENDENCY_UNAVAILABLE']);
    expect(json).not.toHaveProperty('carriedOut');
    await owner.query('SELECT pg_advisory_unlock_all()');
    expect((await reverse()).status).toBe(201);
  });
});
