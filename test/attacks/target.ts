import { send } from '../http/harness.ts';

/** So that what is there only with it is there. */
const METRICS_TOKEN = 'the token of the metrics, for tests';

const questions = `{
  accounts { id }
  orders(first: 5) { edges { node { id clientOrderId } } }
  instruments(first: 5) { edges { node { symbol } } }
  journal(first: 5) { edges { node { id } } }
}`;

/** Every id, name and symbol in an answer. */
const leavesOf = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];
};

interface Started {
  url: string;
  close(): Promise<unknown>;
}

/** A server with demo users, who have orders and money: what an attack meets. */
export const startTarget = async (start: (settings: Record<string, string>) => Promise<Started>) => {
  const app = await start({ DEMO_DATA: 'true', PAPER_TICK_MS: '0', METRICS_TOKEN });
  const ask = async (query: string, token?: string): Promise<unknown> => {
    const headers = {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const body = JSON.stringify({ query });
    return (await send(`${app.url}/graphql`, { method: 'POST', headers, body })).json.data;
  };
  const signIn = async (email: string, password: string): Promise<string> => {
    const login = `mutation { login(input: { email: "${email}", password: "${password}" }) { session { accessToken } } }`;
    const data = (await ask(login)) as { login: { session: { accessToken: string } } };
    return data.login.session.accessToken;
  };
  const user = await signIn('user@example.com', 'user123');
  const admin = await signIn('admin@example.com', 'admin123');
  const register =
    'input: { username: "expendable", email: "expendable@example.com", password: "a long enough Password 1" }';
  const made = (await ask(`mutation { register(${register}) { session { accessToken } } }`)) as {
    register: { session: { accessToken: string } };
  };
  const order = 'symbol: "AAPL", side: BUY, qty: "1"';
  await ask(`mutation { placeOrder(input: { ${order}, type: LIMIT, limitPrice: "1" }) { order { id } } }`, user);
  await ask(`mutation { placeOrder(input: { ${order}, type: MARKET }) { order { id } } }`, user);
  return {
    ...app,
    tokens: ['', user, admin],
    /** Of a session that an attack may end. */
    expendable: made.register.session.accessToken,
    existing: leavesOf(await ask(questions, user)),
  };
};
