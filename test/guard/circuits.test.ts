import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RealApp, startRealApp } from '../http/real-app.ts';

/* Circuits as operators and clients see them, over HTTP. */

const METRICS_TOKEN = 'a token for the counters, 32 characters';
let app: RealApp;
beforeAll(async () => {
  app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0', METRICS_TOKEN });
});
afterAll(() => app.close());

interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the test's business
  data: any;
  errors?: { extensions: Record<string, unknown> }[];
  extensions?: { dependencies?: Record<string, unknown> };
}

const ask = async (query: string, token?: string): Promise<Answer> => {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as Answer;
};
const signIn = async (email: string, password: string): Promise<string> => {
  const answer = await ask(
    `mutation { login(input: { email: "${email}", password: "${password}" }) { session { accessToken } } }`,
  );
  return answer.data.login.session.accessToken;
};
const place =
  'mutation { placeOrder(input: { symbol: "AAPL", side: BUY, type: MARKET, qty: "1" }) { order { id status } userErrors { code } } }';

describe('circuits', () => {
  it('are listed, isolated and reset by operators, with a line in the audit log', async () => {
    const [admin, user] = [await signIn('admin@example.com', 'admin123'), await signIn('user@example.com', 'user123')];
    const list = await ask('{ circuits { name state isolated retryAfter lastError } }', admin);
    expect(list.data.circuits).toContainEqual({
      name: 'venue:paper',
      state: 'CLOSED',
      isolated: false,
      retryAfter: null,
      lastError: null,
    });
    expect((await ask('{ circuits { name } }', user)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');

    const isolated = await ask(
      'mutation { isolateCircuit(input: { name: "venue:paper", reason: "drill" }) { circuit { state isolated reason } userErrors { code } } }',
      admin,
    );
    expect(isolated.data.isolateCircuit).toEqual({
      circuit: { state: 'OPEN', isolated: true, reason: 'drill' },
      userErrors: [],
    });
    const refused = await ask(place, user);
    expect(refused.errors?.[0]?.extensions).toEqual({
      code: 'DEPENDENCY_UNAVAILABLE',
      dependency: 'venue:paper',
      state: 'OPEN',
      retryAfter: 60,
    });
    expect(refused.extensions?.dependencies).toEqual({ 'venue:paper': { state: 'OPEN', retryAfter: 60 } });
    // What needs no venue, and what only tells it something, goes on.
    expect((await ask('{ me { username } }', user)).data.me.username).toBe('user');
    const cancel = 'mutation { cancelOrder(input: { clientOrderId: "none" }) { userErrors { code } } }';
    expect((await ask(cancel, user)).data.cancelOrder.userErrors).toEqual([{ code: 'NOT_FOUND' }]);
    // Access comes first: a stranger learns nothing.
    expect((await ask(place)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');

    const reset = await ask(
      'mutation { resetCircuit(input: { name: "venue:paper" }) { circuit { state isolated } userErrors { code } } }',
      admin,
    );
    expect(reset.data.resetCircuit.circuit).toEqual({ state: 'CLOSED', isolated: false });
    const placed = await ask(place, user);
    expect(placed.data.placeOrder.userErrors).toEqual([]);
    expect(placed.extensions?.dependencies).toEqual({ 'venue:paper': { state: 'CLOSED' } });

    const log = await ask(
      '{ auditLog(first: 5, filter: { target: "venue:paper" }) { edges { node { action outcome } } } }',
      admin,
    );
    expect(log.data.auditLog.edges.map(({ node }: { node: object }) => node)).toEqual([
      { action: 'resetCircuit', outcome: 'OK' },
      { action: 'isolateCircuit', outcome: 'OK' },
    ]);
  });

  it('say what is wrong with an operator’s input and change nothing', async () => {
    const admin = await signIn('admin@example.com', 'admin123');
    const isolate = (input: string) =>
      ask(`mutation { isolateCircuit(input: ${input}) { circuit { name } userErrors { code field } } }`, admin);
    expect((await isolate('{ name: "venue:nowhere" }')).data.isolateCircuit).toEqual({
      circuit: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['name'] }],
    });
    expect((await isolate('{ name: "quotes", reason: " " }')).data.isolateCircuit.userErrors).toEqual([
      { code: 'INVALID_INPUT', field: ['reason'] },
    ]);
    const { data } = await ask('{ circuits { isolated } }', admin);
    expect(data.circuits.some(({ isolated }: { isolated: boolean }) => isolated)).toBe(false);
  });

  it('are reported with a quote, and counted for GET /metrics', async () => {
    const { data, extensions } = await ask(
      '{ quote(symbol: "AAPL") { symbol } instrument(symbol: "AAPL") { quote { last } } }',
    );
    expect(data.quote.symbol).toBe('AAPL');
    expect(extensions?.dependencies).toEqual({ quotes: { state: 'CLOSED' } });
    expect((await ask('{ instrument(symbol: "AAPL") { name } }')).extensions).not.toHaveProperty('dependencies');
    const metrics = await (
      await fetch(`${app.url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } })
    ).text();
    expect(metrics).toContain('bourse_circuit_state{dependency="venue:paper",state="CLOSED"} 1');
    expect(metrics).toContain('bourse_circuit_state{dependency="venue:paper",state="OPEN"} 0');
  });
});
