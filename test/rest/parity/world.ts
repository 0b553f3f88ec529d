import { expect } from 'vitest';
import { send, type TestAnswer } from '../../http/harness.ts';
import type { RealApp } from '../../http/real-app.ts';
import { until } from '../../support/until.ts';

export type Variables = Record<string, unknown>;

export interface GraphqlAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: results of every shape
  data?: any;
  errors?: { message: string; extensions: Record<string, unknown> }[];
}

export const PASSWORD = 'quiet-River-under-7-bridges';

/** One of two users who have gone through the same. One is asked for over GraphQL, the other over REST. */
export interface Twin {
  name: string;
  id: string;
  token: string;
  accountId: string;
}

export interface Person {
  id: string;
  token: string;
  refreshToken: string;
}

const session = 'session { accessToken refreshToken user { id } } userErrors { code message }';

const state = `{
  me { number username email roles status isActive }
  profile { displayName locale timeZone }
  accounts { status balances { asset posted held available } limits { maxOrderValue maxOpenOrders dailyNotional } }
  orders(first: 8) { edges { node { symbol side type qty filledQty limitPrice status clientOrderId fees } } }
  journal(first: 8) { edges { node { kind postings { asset amount balanceAfter } } } }
}`;

const lines = `{ auditLog(first: 8) { edges { node { id action outcome target details actor { id } } } } }`;

export const createWorld = (app: RealApp, admin: string) => {
  const graphql = async (query: string, variables: Variables = {}, token?: string): Promise<GraphqlAnswer> => {
    const headers = {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const body = JSON.stringify({ query, variables });
    return (await send(`${app.url}/graphql`, { method: 'POST', headers, body })).json;
  };

  /** What must go well before a case can begin. */
  const must = async (query: string, variables: Variables = {}, token = admin): Promise<GraphqlAnswer['data']> => {
    const answer = await graphql(query, variables, token);
    expect(JSON.stringify(answer)).not.toMatch(/"errors":|"code":/);
    return answer.data;
  };

  const person = async (name: string): Promise<Person> => {
    const input = { username: name, email: `${name}@example.com`, password: PASSWORD };
    const mutation = `mutation ($input: RegisterInput!) { register(input: $input) { ${session} } }`;
    const { accessToken, refreshToken, user } = (await must(mutation, { input })).register.session;
    return { id: user.id, token: accessToken, refreshToken };
  };

  const signIn = async (name: string): Promise<Person> => {
    const input = { username: name, password: PASSWORD };
    const mutation = `mutation ($input: LoginInput!) { login(input: $input) { ${session} } }`;
    const { accessToken, refreshToken, user } = (await must(mutation, { input })).login.session;
    return { id: user.id, token: accessToken, refreshToken };
  };

  /** What a user has, as the user sees it, once the venue has answered to all of it. */
  const settled = async (token: string): Promise<GraphqlAnswer> => {
    const answer = await graphql(state, {}, token);
    if (!JSON.stringify(answer).includes('"PENDING_')) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
    return settled(token);
  };

  const tokens = (): string[] => app.text().match(/(?<=#token=)[\w-]{43}/g) ?? [];
  /** The token of the mail that something leads to; on a desk mail goes to the log. */
  const mailed = async (act: () => Promise<unknown>): Promise<string> => {
    const before = tokens().length;
    await act();
    await until(() => tokens().length > before);
    return tokens().at(-1)!;
  };

  return {
    admin,
    mailed,
    settled,
    graphql,
    must,
    person,
    signIn,
    twin: async (name: string): Promise<Twin> => {
      const { id, token } = await person(name);
      const { accounts } = await must('{ accounts { id } }', {}, token);
      return { name, id, token, accountId: accounts[0].id };
    },
    rest: (
      method: string,
      url: string,
      { token, body, type = 'application/json' }: { token: string | undefined; body?: string; type?: string },
    ): Promise<TestAnswer> =>
      send(`${app.url}${url}`, {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': type }),
        },
        ...(body !== undefined && { body }),
      }),
    /** What was written to the audit log, newest first. */
    auditLog: async (): Promise<{ id: string }[]> =>
      (await must(lines)).auditLog.edges.map(({ node }: { node: { id: string } }) => node),
  };
};

export type World = ReturnType<typeof createWorld>;

const passing = new Set(['user_id', 'number', 'refreshToken', 'refresh_token', 'startCursor', 'endCursor']);

/** Ids by their order, times and secrets by what they are: what is left of the twins' answers is equal. */
export const withoutNames = (value: unknown, more: readonly string[] = []): unknown => {
  const ids = new Map<string, string>();
  const idOf = (id: string): string => {
    const known = ids.get(id) ?? `id ${ids.size}`;
    ids.set(id, known);
    return known;
  };
  const text = (JSON.stringify(value) ?? 'null')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, idOf)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)/g, 'a time')
    .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'a token')
    .replace(/(ann|bob)(\d)(-\w+?)?(-[0-9a-f]{6})?\b/g, 'twin$2$3');
  return JSON.parse(text, (key, inner) =>
    inner !== null && (passing.has(key) || more.includes(key) || (key === 'id' && typeof inner === 'number'))
      ? 'its own'
      : inner,
  );
};
