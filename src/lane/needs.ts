import type { Needs } from './rows.ts';

const keyed = <Key>(keys: Iterable<Key>, of: (key: Key) => string): Key[] => [
  ...new Map([...keys].map((key) => [of(key), key])).values(),
];

/** Two sells of one position in a batch need the lots of both. */
const summed = (lots: Needs['lots']): Needs['lots'] =>
  [...Map.groupBy(lots, ({ accountId, symbol }) => `${accountId} ${symbol}`).values()].map((group) => ({
    ...(group[0] as Needs['lots'][number]),
    qty: group.reduce((sum, { qty }) => sum + qty, 0n),
  }));

/** What all of them need, each row once. */
export const union = (needs: readonly Partial<Needs>[]): Needs => {
  const all = <Kind extends keyof Needs>(kind: Kind): Needs[Kind][number][] =>
    needs.flatMap((one) => (one[kind] ?? []) as Needs[Kind][number][]);
  return {
    accounts: [...new Set(all('accounts'))],
    balances: keyed(all('balances'), (key) => `${key.accountId} ${key.asset}`),
    positions: keyed(all('positions'), (key) => `${key.accountId} ${key.symbol}`),
    lots: summed(all('lots')),
    consumedLots: summed(all('consumedLots')),
    lotIds: [...new Set(all('lotIds'))],
    orders: [...new Set(all('orders'))],
    clientOrders: keyed(all('clientOrders'), (key) => `${key.accountId} ${key.clientOrderId}`),
    idempotency: keyed(all('idempotency'), (key) => `${key.viewerId} ${key.operation} ${key.key}`),
    executions: [...new Set(all('executions'))],
    reversals: [...new Set(all('reversals'))],
  };
};
