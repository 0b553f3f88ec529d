import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../http/harness.ts';
import { type RealApp, startRealApp } from '../http/real-app.ts';
import { forgeries } from './forged.ts';

const secret = 'the key of the attacked server, 32 or more';
let app: RealApp;
let tokens: { access: string; refresh: string };

const ask = (query: string, headers: Record<string, string> = {}, variables: object = {}) =>
  send(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
const me = (authorization: string) => ask('{ me { username } }', { authorization });

beforeAll(async () => {
  const plenty = { RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000' };
  app = await startRealApp({ JWT_SECRET_KEY: secret, PAPER_TICK_MS: '0', ...plenty });
  const session = 'session { accessToken refreshToken }';
  const answer = await ask(
    `mutation ($input: RegisterInput!) { register(input: $input) { ${session} } }`,
    {},
    {
      input: { username: 'victim', email: 'victim@example.com', password: 'correct horse battery' },
    },
  );
  const { accessToken, refreshToken } = answer.json.data.register.session;
  tokens = { access: accessToken, refresh: refreshToken };
});
afterAll(() => app.close());

describe('a forged or malformed access token', () => {
  it('is unlike the genuine one, which works', async () => {
    expect((await me(`Bearer ${tokens.access}`)).json.data).toEqual({ me: { username: 'victim' } });
  });

  it('of every kind is refused in the same way, and says nothing', async () => {
    const kinds = Object.entries(forgeries({ token: tokens.access, secret }));
    expect(kinds.length).toBeGreaterThanOrEqual(60);
    expect(new Set(kinds.map(([, token]) => token)).size).toBe(kinds.length);
    for (const [kind, token] of kinds) {
      const { status, json, text } = await me(`Bearer ${token}`);
      const [{ message, extensions }] = json.errors ?? [{}];
      const reason = kind === 'an expiry in the past' ? /expired/ : /malformed|ended/;
      expect({ kind, status, code: extensions?.code }).toEqual({ kind, status: 200, code: 'UNAUTHENTICATED' });
      expect(message, kind).toMatch(reason);
      expect(text, kind).not.toMatch(/jwt|jsonwebtoken|at Object|victim|secret/i);
    }
  });

  it.each([
    ['a refresh token', () => `Bearer ${tokens.refresh}`],
    ['another scheme', () => `Basic ${tokens.access}`],
    ['no scheme', () => tokens.access],
    ['two tokens', () => `Bearer ${tokens.access} ${tokens.access}`],
    ['a comma', () => `Bearer ${tokens.access}, Bearer ${tokens.access}`],
    ['nothing', () => 'Bearer '],
    ['the token in quotes', () => `Bearer "${tokens.access}"`],
  ])('in the header is refused: %s', async (_what, header) => {
    expect((await me(header())).json.errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });

  it('changes nothing, and leaves public fields as they are', async () => {
    const attack = { authorization: `Bearer ${forgeries({ token: tokens.access, secret })['alg none']}` };
    const answer = await ask('mutation { deposit(input: { amount: "100" }) { transfer { id } } }', attack);
    expect(answer.json).toMatchObject({ data: null, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect((await ask('{ instrument(symbol: "AAPL") { symbol } }', attack)).json.data.instrument.symbol).toBe('AAPL');
    const own = await ask('{ accounts { buyingPower } }', { authorization: `Bearer ${tokens.access}` });
    expect(own.json.data).toEqual({ accounts: [{ buyingPower: '0' }] });
  });

  it('was never logged, nor was the genuine one', () => {
    for (const part of tokens.access.split('.')) expect(app.text()).not.toContain(part);
    expect(app.text()).not.toContain(tokens.refresh);
  });
});
