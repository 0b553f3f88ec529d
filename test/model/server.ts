import pg from 'pg';
import { expect } from 'vitest';
import { type RealApp, startRealApp } from '../http/real-app.ts';
import { copyOf, type TestDatabase, testDatabase } from '../support/database.ts';
import { strangeFields } from '../support/input-fields.ts';
import { until } from '../support/until.ts';
import { CASH_SCALE, facts, factsOf, units } from './facts.ts';
import type { Account } from './state.ts';

/** The server as a client meets it: GraphQL over HTTP, and a clock that stands until it is moved. */

export const owners = ['ann', 'bob', 'cleo'] as const;
/** Four hours before the day ends in UTC. */
export const START = Date.parse('2026-03-02T20:00:00Z');
/** Orders of one user that are looked at; the newest. */
export const SHOWN = 60;

const settings = {
  PAPER_TICK_MS: '0',
  ACCESS_TOKEN_EXPIRE_MINUTES: '1440',
  LOG_LEVEL: 'warn',
};

type Json = Record<string, unknown>;
interface Reply {
  data?: Json;
  errors?: unknown;
  extensions?: { idempotency?: { replayed: boolean } };
}

const askAt = async (url: string, token: string | undefined, query: string, variables: object): Promise<Reply> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const reply = (await response.json()) as Reply;
  if (reply.errors !== undefined)
    throw new Error(`${response.status} ${JSON.stringify(reply.errors)} for ${JSON.stringify(variables)}`);
  expect(strangeFields(reply.data)).toEqual([]);
  return reply;
};

export const ORDER = `{
  id clientOrderId symbol side type timeInForce qty filledQty leavesQty limitPrice stopPrice trailPrice trailPercent notional
  filledAvgPrice status reason fees fills { qty price value fee liquidity } leg postOnly rootOrderId replaces { id }
  replacedBy { id } expiresAt triggeredAt filledAt canceledAt expiredAt
}`;

const VIEW = `query ($from: DateTime!) {
  accounts {
    id balances { asset posted held available } buyingPower equity limits { dailyNotionalUsed }
  }
  positions {
    symbol qty costBasis averageEntryPrice marketValue unrealizedPnl realizedPnl lots { leavesQty costBasis }
  }
  orders(first: ${SHOWN}, filter: { createdFrom: $from }) { edges { node ${ORDER} } }
}`;

interface View {
  accounts: {
    id: string;
    buyingPower: string;
    equity: string;
    limits: { dailyNotionalUsed: string };
    balances: { asset: string }[];
  }[];
  positions: { symbol: string; qty: string; realizedPnl: string; lots: { leavesQty: string; costBasis: string }[] }[];
  orders: { edges: { node: { id: string; status: string } }[] };
}

const viewAt = async (url: string, token: string | undefined): Promise<View> => {
  const from = new Date(START + 1).toISOString();
  return (await askAt(url, token, VIEW, { from })).data as unknown as View;
};

const SIGN = 'session { accessToken } userErrors { code }';
const password = 'quiet-River-under-7-bridges';

const signUp = async (url: string, name: string): Promise<string> => {
  const query = `mutation ($input: RegisterInput!) { register(input: $input) { ${SIGN} } }`;
  const { data } = await askAt(url, undefined, query, {
    input: { username: name, email: `${name}@example.com`, password },
  });
  return (data as { register: { session: { accessToken: string } } }).register.session.accessToken;
};

const endow = async (url: string, token: string): Promise<void> => {
  await askAt(url, token, 'mutation { deposit(input: { amount: "200000" }) { userErrors { code } } }', {});
  const query = 'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { userErrors { code } } }';
  for (const [symbol, qty] of [
    ['AAPL', '100'],
    ['SHIB-USD', '5000000'],
  ]) {
    await askAt(url, token, query, { input: { symbol, side: 'BUY', type: 'MARKET', qty } });
  }
  await until(async () => (await viewAt(url, token)).positions.length === 2);
};

/** An account as the model begins with it. */
const accountFrom = (name: string, { accounts, positions }: View): Account => {
  const [account] = accounts;
  if (account === undefined) throw new Error('a user without an account');
  const usd = account.balances.find(({ asset }) => asset === 'USD') as unknown as { posted: string };
  const holding = (symbol: string) => {
    const position = positions.find((each) => each.symbol === symbol)!;
    const { baseScale } = factsOf(symbol);
    const lots = position.lots.map(({ leavesQty, costBasis }) => ({
      leavesQty: units(leavesQty, baseScale)!,
      leavesCost: units(costBasis, CASH_SCALE)!,
    }));
    return { qty: units(position.qty, baseScale)!, pnl: units(position.realizedPnl, CASH_SCALE)!, lots };
  };
  return {
    name,
    id: account.id,
    cash: units(usd.posted, CASH_SCALE)!,
    began: Object.fromEntries(Object.keys(facts).map((symbol) => [symbol, holding(symbol)])),
    holdings: Object.fromEntries(Object.keys(facts).map((symbol) => [symbol, holding(symbol)])),
    blocked: false,
    deadline: null,
    maxOrderValue: 10_000_000n * 10n ** 8n,
    maxOpenOrders: 1_000,
    dailyNotional: 1_000_000_000n * 10n ** 8n,
    day: Math.floor(START / 86_400_000),
    used: units(account.limits.dailyNotionalUsed, CASH_SCALE)!,
  };
};

export interface Prepared {
  accounts: Account[];
  tokens: Record<string, string>;
  database: TestDatabase;
}

/** Users with cash and with units that they bought of makers, and somebody who operates the market. */
export const prepare = async (): Promise<Prepared> => {
  const database = await testDatabase();
  const clock = { now: () => new Date(START) };
  const app = await startRealApp({ ...settings, DEMO_DATA: 'true' }, { clock, url: database.url });
  try {
    const tokens: Record<string, string> = {};
    const accounts: Account[] = [];
    for (const name of owners) {
      const token = await signUp(app.url, name);
      await endow(app.url, token);
      tokens[name] = token;
      accounts.push(accountFrom(name, await viewAt(app.url, token)));
    }
    const query = `mutation ($input: LoginInput!) { login(input: $input) { ${SIGN} } }`;
    const input = { email: 'admin@example.com', password: 'admin123' };
    const { data } = await askAt(app.url, undefined, query, { input });
    tokens.operator = (data as { login: { session: { accessToken: string } } }).login.session.accessToken;
    return { accounts, tokens, database };
  } finally {
    await app.close();
  }
};

export interface Real {
  ask(who: string, query: string, variables: object): Promise<Reply>;
  view(who: string): Promise<View>;
  /** Lets time pass, and what is due then be done. */
  advance(by_ms: number): Promise<void>;
  /** The sweep has looked at everything since this was asked. */
  swept(): Promise<void>;
  /** The ids of an order's fills, those that were busted left out. */
  fillsOf(who: string, id: string): Promise<string[]>;
  /** For a look behind the scenes at the end. */
  pool: pg.Pool;
  close(): Promise<void>;
}

/** The server on a copy of what was prepared; its makers are gone. */
export const startReal = async ({ tokens, database: template }: Prepared): Promise<Real> => {
  const database = await copyOf(template);
  let now = START + 1_000;
  const clock = { now: () => new Date(now) };
  let app: RealApp;
  try {
    app = await startRealApp({ ...settings, DEMO_DATA: 'false', PAPER_MAKERS: 'false' }, { clock, url: database.url });
  } catch (error) {
    await database.close();
    throw error;
  }
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  /** A dead-man's switch of an account that has no orders is the last thing that a sweep does: twice, and one was whole. */
  const swept = async (): Promise<void> => {
    for (const _ of [1, 2]) {
      await pool.query("INSERT INTO cancel_deadlines SELECT id, 'epoch' FROM accounts WHERE kind = 'FEES'");
      const open = "SELECT FROM cancel_deadlines WHERE deadline = 'epoch'";
      await until(async () => (await pool.query(open)).rowCount === 0);
    }
  };
  return {
    pool,
    ask: (who, query, variables) => askAt(app.url, tokens[who], query, variables),
    view: (who) => viewAt(app.url, tokens[who]),
    advance: (by_ms) => {
      now += by_ms;
      return swept();
    },
    swept,
    fillsOf: async (who, id) => {
      const query = 'query ($id: ID!) { order(id: $id) { fills { id } } }';
      const { data } = await askAt(app.url, tokens[who], query, { id });
      return (data as { order: { fills: { id: string }[] } }).order.fills.map((fill) => fill.id);
    },
    close: async () => {
      await pool.end();
      await app.close();
      await database.close();
    },
  };
};
