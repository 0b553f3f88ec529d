import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../http/harness.ts';
import { type RealApp, startRealApp } from '../http/real-app.ts';
import { testClock } from '../support/people.ts';

/* Clients of other languages have microseconds; what is booked has milliseconds. */

const clock = testClock(new Date('2026-11-21T10:00:00.178Z'));
const at = (decimals: string): string => `2026-11-21T10:00:00.${decimals}Z`;
let app: RealApp;
let token: string;
const ask = async (query: string) => {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const { json } = await send(`${app.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return json;
};

beforeAll(async () => {
  app = await startRealApp({ PAPER_TICK_MS: '0' }, { clock });
  const input = '{ username: "finer", email: "finer@example.com", password: "correct horse battery" }';
  const { data } = await ask(`mutation { register(input: ${input}) { session { accessToken } } }`);
  token = data.register.session.accessToken;
  await ask('mutation { deposit(input: { amount: "100" }) { transfer { id } } }');
  const order = '{ symbol: "AAPL", side: BUY, type: LIMIT, qty: "1", limitPrice: "10" }';
  await ask(`mutation { placeOrder(input: ${order}) { order { id } } }`);
  clock.advance(10);
});
afterAll(() => app.close());

const journal = async (bounds: string): Promise<number> =>
  (await ask(`{ journal(filter: { ${bounds} }) { edges { node { id } } } }`)).data.journal.edges.length;
const orders = async (bounds: string): Promise<number> =>
  (await ask(`{ orders(filter: { ${bounds} }) { edges { node { id } } } }`)).data.orders.edges.length;

describe('a period whose bounds are finer than a millisecond', () => {
  it.each([
    ['178000', '178001', 1],
    ['177999', '178', 0],
    ['177001', '178500', 1],
    ['178001', '179', 0],
    ['178500', '180500', 0],
  ])('has in it just what was booked between .%s and .%s', async (from, to, count) => {
    expect(await journal(`from: "${at(from)}", to: "${at(to)}"`)).toBe(count);
    expect(await orders(`createdFrom: "${at(from)}", createdTo: "${at(to)}"`)).toBe(count);
  });

  it('is a statement too, and says what it is where there is no millisecond in it', async () => {
    const statement = (from: string, to: string) =>
      ask(`{ statement(from: "${at(from)}", to: "${at(to)}") { from to opening { posted } closing { posted } } }`);
    expect((await statement('177500', '178100')).data.statement).toEqual({
      from: at('178'),
      to: at('179'),
      opening: [],
      closing: [{ posted: '100' }],
    });
    const { errors } = await statement('176100', '176900');
    expect(errors[0].message).toBe('Argument "from" must be before "to", by a millisecond at least.');
  });

  it('ends where it is over, as a statement and as its file: at the first millisecond that is not before its end', async () => {
    const { id } = (await ask('{ accounts { id } }')).data.accounts[0];
    const taken = async (to: string): Promise<boolean[]> => {
      const { errors } = await ask(`{ statement(from: "${at('178')}", to: "${at(to)}") { to } }`);
      const query = new URLSearchParams({ accountId: id, from: at('178'), to: at(to), format: 'json' });
      const headers = { authorization: `Bearer ${token}` };
      return [errors === undefined, (await send(`${app.url}/exports/statement?${query}`, { headers })).status === 200];
    };
    expect(await taken('187001')).toEqual([true, true]);
    expect(await taken('188001')).toEqual([false, false]);
  });

  it('is not meant by an instant, which is cut', async () => {
    const { data } = await ask(`{ balances(asOf: "${at('178999')}") { posted } }`);
    expect(data.balances).toEqual([{ posted: '100' }]);
  });
});
