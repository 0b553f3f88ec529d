import type { Bourse } from './bourse.ts';
import { type Measured, post, quantile, run } from './load.ts';

/** The loads of bench/orders.ts. Every order is answered when it is durable; an answer with an error ends the run. */
export const CONNECTIONS = 32;

const single =
  'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id status } userErrors { code message } } }';
const batch =
  'mutation ($input: PlaceOrdersInput!) { placeOrders(input: $input) { results { order { id } userErrors { code } } userErrors { code } } }';

/** Rests far from the market: accepted, acknowledged and open. */
const resting = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', qty: '0.01', limitPrice: '10.00' };
/** Meets nothing and is cancelled by the venue at once, so that one account can go on for ever. */
const passing = { ...resting, timeInForce: 'IOC' };

const requestOf = (token: string, body: string): Buffer => post('/graphql', body, { authorization: `Bearer ${token}` });

const load = (bourse: Bourse, tokens: readonly string[], body: string, lasting: number): Promise<Measured> =>
  inTurns(
    bourse,
    tokens.map((token) => requestOf(token, body)),
    lasting,
  );

const inTurns = (bourse: Bourse, requests: readonly Buffer[], lasting: number): Promise<Measured> => {
  let sent = 0;
  return run({
    port: bourse.port,
    connections: CONNECTIONS,
    lasting,
    request: () => {
      sent += 1;
      return requests[sent % requests.length] as Buffer;
    },
    check: (answer) => {
      if (!answer.includes('"userErrors":[]') || answer.includes('"code"')) throw new Error(`unexpected: ${answer}`);
    },
  });
};

export const placeOne = (bourse: Bourse, tokens: readonly string[], lasting: number): Promise<Measured> =>
  load(bourse, tokens, JSON.stringify({ query: single, variables: { input: resting } }), lasting);

export const placeOnOneAccount = (bourse: Bourse, token: string, lasting: number): Promise<Measured> =>
  load(bourse, [token], JSON.stringify({ query: single, variables: { input: passing } }), lasting);

export const placeMany = (bourse: Bourse, tokens: readonly string[], count: number, lasting: number) => {
  const orders = Array.from({ length: count }, () => resting);
  return load(bourse, tokens, JSON.stringify({ query: batch, variables: { input: { orders } } }), lasting);
};

/** Bids and asks of one instrument at one price, in turns: each is filled by customers' orders of the other side. */
export const placeCrossing = async (
  bourse: Bourse,
  { buyers, sellers }: { buyers: readonly string[]; sellers: readonly string[] },
  lasting: number,
): Promise<Measured> => {
  const symbol = 'MSFT';
  for (const token of sellers) {
    await bourse.ask(single, { input: { symbol, side: 'BUY', type: 'MARKET', qty: '5' } }, token);
  }
  const { quote } = await bourse.ask<{ quote: { bid: string } }>(
    `{ quote(symbol: "${symbol}") { bid } }`,
    {},
    buyers[0],
  );
  const terms = { ...resting, symbol, qty: '0.001', limitPrice: (Number(quote.bid) + 0.01).toFixed(2) };
  const of = (side: 'BUY' | 'SELL') => JSON.stringify({ query: single, variables: { input: { ...terms, side } } });
  const requests = buyers.flatMap((token, at) => [
    requestOf(token, of('BUY')),
    requestOf(sellers[at % sellers.length] ?? '', of('SELL')),
  ]);
  return inTurns(bourse, requests, lasting);
};

/** From the answer to a market order to the first read that shows it filled, in milliseconds, sorted. */
export const fillToVisible = async (bourse: Bourse, token: string, count: number): Promise<number[]> => {
  const input = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '0.01' };
  const look = 'query ($id: ID!) { order(id: $id) { status } }';
  const times: number[] = [];
  while (times.length < count) {
    const placed = await bourse.ask<{ placeOrder: { order: { id: string } } }>(single, { input }, token);
    const answered = performance.now();
    for (;;) {
      const { order } = await bourse.ask<{ order: { status: string } }>(
        look,
        { id: placed.placeOrder.order.id },
        token,
      );
      if (order.status === 'FILLED') break;
      if (order.status === 'CANCELED') throw new Error('the market was too thin for the benchmark');
    }
    times.push(performance.now() - answered);
  }
  return times.sort((a, b) => a - b);
};

export const at = (sorted: readonly number[], share: number): string => quantile(sorted, share).toFixed(1);
