import { startBourse } from './lib/bourse.ts';
import { type Measured, post, run } from './lib/load.ts';

/**
 * What a REST route costs beside the GraphQL operation that it is: the same document, sent to the same server by both ways in turns, by the
 * kernel's count of the server's CPU time.
 */
const ROUNDS = 5;
const ROUND_ms = 1_500;
const CONNECTIONS = 16;
const AIM = 1.1;

const get = (path: string, token: string): Buffer =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n\r\n`);

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;

const user = 'number username email isAdmin';
const order = `id clientOrderId account { id } symbol side type timeInForce qty filledQty leavesQty limitPrice stopPrice trailPrice
  trailPercent notional postOnly expiresAt filledAvgPrice status reason fees listId leg rootOrderId replaces { id } replacedBy { id }
  createdAt updatedAt filledAt canceledAt expiredAt`;
const orders = `{ orders(first: 20, filter: {}) { edges { node { ${order} } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

export const benchRest = async (): Promise<void> => {
  const bourse = await startBourse({ LOGIN_ATTEMPTS_PER_MINUTE: '0' });
  try {
    const token = await bourse.customer('100000');
    const place = `mutation { placeOrder(input: { symbol: "AAPL", side: BUY, type: LIMIT, qty: "1", limitPrice: "10" }) { order { id } } }`;
    for (let count = 0; count < 20; count += 1) await bourse.ask(place, {}, token);
    const bearer = { authorization: `Bearer ${token}` };
    const query = (text: string): Buffer => post('/graphql', JSON.stringify({ query: text }), bearer);
    const credentials = { email: 'bench1@example.com', password: 'a long enough secret 1' };
    const login = `mutation ($email: String!, $password: String!) { login(input: { email: $email, password: $password }) {
      session { accessToken refreshToken tokenType expiresIn } userErrors { code message field } } }`;
    const pairs: [string, Buffer, Buffer][] = [
      ['orders, 20 of them', query(orders), get('/api/v1/orders?first=20', token)],
      ['me', query(`{ me { ${user} } }`), get('/api/v1/auth/me', token)],
      ['users/profile', query(`{ me { ${user} } }`), get('/api/v1/users/profile', token)],
      [
        'auth/login',
        post('/graphql', JSON.stringify({ query: login, variables: credentials })),
        post('/api/v1/auth/login', JSON.stringify(credentials)),
      ],
    ];
    const measure = async (request: Buffer): Promise<number> => {
      const before = bourse.cpu_us();
      const check = (body: string): void => {
        if (/"errors"|"detail"/.test(body)) throw new Error(`unexpected answer: ${body}`);
      };
      const load = { port: bourse.port, connections: CONNECTIONS, lasting: ROUND_ms, request: () => request, check };
      const { answers }: Measured = await run(load);
      return (bourse.cpu_us() - before) / answers;
    };
    for (const [name, graphql, rest] of pairs) {
      await measure(graphql);
      await measure(rest);
      const rounds: [number, number][] = [];
      for (let round = 0; round < ROUNDS; round += 1) rounds.push([await measure(graphql), await measure(rest)]);
      const ratio = median(rounds.map(([one, other]) => other / one));
      const cpu = [0, 1].map((way) => median(rounds.map((round) => round[way as 0 | 1])).toFixed(0));
      console.log(
        `${name.padEnd(20)} GraphQL ${cpu[0]} µs, REST ${cpu[1]} µs of CPU: ${ratio.toFixed(2)} (aim: at most ${AIM.toFixed(2)})`,
      );
    }
  } finally {
    await bourse.stop();
  }
};

if (import.meta.main) await benchRest();
