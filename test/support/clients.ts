import { randomUUID } from 'node:crypto';
import { createRandom, type Random } from '../../src/venues/paper/random.ts';

/** A customer who sends commands with keys to a server that may die at any moment, and remembers every answer. */
export interface Client {
  token: string;
  accountId: string;
  random: Random;
}

export interface Command {
  client: Client;
  key: string;
  field: 'placeOrder' | 'placeOrders' | 'cancelOrder' | 'deposit';
  input: object;
}

/** The id of what the command made, or the codes of its refusal; of several orders, one after the other. */
export type Outcome = string;

export interface Sent {
  acknowledged: Map<Command, Outcome>;
  /** Sent, and no answer or none that says what happened. */
  unknown: Command[];
}

const fields = {
  placeOrder: { type: 'PlaceOrderInput', answer: 'order { id }' },
  placeOrders: { type: 'PlaceOrdersInput', answer: 'results { order { id } userErrors { code } }' },
  cancelOrder: { type: 'CancelOrderInput', answer: 'order { id }' },
  deposit: { type: 'DepositInput', answer: 'transfer { id }' },
} as const;

interface Payload {
  userErrors: { code: string }[];
  order?: { id: string } | null;
  transfer?: { id: string } | null;
  results?: Payload[];
}

const outcomeOf = ({ order, transfer, results, userErrors }: Payload): Outcome =>
  results?.map(outcomeOf).join(' ') || ((order ?? transfer)?.id ?? userErrors.map(({ code }) => code).join());

const ask = async <Data>(url: string, query: string, variables: object, token?: string): Promise<Data> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(15_000),
  });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data as Data;
};

/** A new customer with paper cash. */
export const signUp = async (url: string, seed: number, number: number): Promise<Client> => {
  const name = `c-${randomUUID().slice(0, 18)}`;
  const input = { username: name, email: `${name}@example.com`, password: 'quiet-River-under-7-bridges' };
  const { register } = await ask<{ register: { session: { accessToken: string } } }>(
    url,
    'mutation ($input: RegisterInput!) { register(input: $input) { session { accessToken } userErrors { code } } }',
    { input },
  );
  const token = register.session.accessToken;
  const { deposit } = await ask<{ deposit: { transfer: { account: { id: string } } } }>(
    url,
    'mutation { deposit(input: { amount: "1000000" }) { transfer { account { id } } } }',
    {},
    token,
  );
  return { token, accountId: deposit.transfer.account.id, random: createRandom(seed, `client ${number}`) };
};

export const send = async (url: string, { client, key, field, input }: Command): Promise<Outcome> => {
  const { type, answer } = fields[field];
  const query = `mutation ($input: ${type}!) { ${field}(input: $input) { ${answer} userErrors { code } } }`;
  const variables = { input: { ...input, idempotencyKey: key } };
  const payload = (await ask<Record<string, Payload>>(url, query, variables, client.token))[field];
  if (payload === undefined) throw new Error('no payload');
  return outcomeOf(payload);
};

const wholePrice = (units: bigint): string => `${units}.00`;

/** Two customers' are worth two batches of the lane beside each other. */
const MANY = 90;

/** What a customer does next: orders that fill, that rest, that meet another customer's; cancels; deposits. */
const next = (client: Client, orders: readonly string[]): Pick<Command, 'field' | 'input'> => {
  const draw = client.random(100n);
  const side = client.random(2n) === 0n ? 'BUY' : 'SELL';
  const order = { symbol: 'AAPL', side, qty: `0.${1n + client.random(9n)}` };
  const id = orders[Number(client.random(BigInt(orders.length + 1)))];
  if (draw < 15n && id !== undefined) return { field: 'cancelOrder', input: { id } };
  if (draw < 20n) return { field: 'deposit', input: { amount: wholePrice(1n + client.random(500n)) } };
  if (draw < 24n) {
    const resting = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '0.01', limitPrice: '10.00' };
    return { field: 'placeOrders', input: { orders: Array.from({ length: MANY }, () => resting) } };
  }
  if (draw < 50n) return { field: 'placeOrder', input: { ...order, side: 'BUY', type: 'MARKET' } };
  const price = side === 'BUY' ? 100n + client.random(100n) : 150n + client.random(400n);
  return { field: 'placeOrder', input: { ...order, type: 'LIMIT', limitPrice: wholePrice(price) } };
};

const runClient = async (url: string, client: Client, over: () => boolean, sent: Sent): Promise<void> => {
  const orders: string[] = [];
  while (!over()) {
    const command: Command = { client, key: randomUUID(), ...next(client, orders) };
    try {
      const outcome = await send(url, command);
      sent.acknowledged.set(command, outcome);
      if (command.field === 'placeOrder' && outcome.includes('-')) orders.push(outcome);
    } catch {
      sent.unknown.push(command);
      return;
    }
  }
};

/** Keeps all clients sending, each until it fails or is told to stop. */
export const startLoad = (url: string, clients: readonly Client[]) => {
  const sent: Sent = { acknowledged: new Map(), unknown: [] };
  let over = false;
  const ended = Promise.all(clients.map((client) => runClient(url, client, () => over, sent)));
  return {
    sent,
    stop: async (): Promise<Sent> => {
      over = true;
      await ended;
      return sent;
    },
  };
};
