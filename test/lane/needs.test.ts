import { expect, it } from 'vitest';
import { union } from '../../src/lane/needs.ts';

const none = {
  ...{ accounts: [], balances: [], positions: [], lots: [], consumedLots: [], lotIds: [], orders: [] },
  ...{ clientOrders: [], idempotency: [], executions: [], reversals: [] },
};

it('needs nothing for nothing', () => {
  expect(union([])).toEqual(none);
  expect(union([{}, {}])).toEqual(none);
});

it('asks for each row once, whatever needs it, and for rows of two things apart', () => {
  const usd = { accountId: 'a', asset: 'USD' };
  const position = { accountId: 'a', symbol: 'AAPL' };
  const mine = { accountId: 'a', clientOrderId: 'one' };
  const key = { viewerId: 'v', operation: 'placeOrder', key: 'k' };
  const one = {
    ...{ accounts: ['a'], balances: [usd], positions: [position], lotIds: ['l'], orders: ['o'], clientOrders: [mine] },
    ...{ idempotency: [key], executions: ['e'], reversals: ['r'] },
  };
  const other = {
    ...{ accounts: ['b', 'a'], balances: [{ ...usd, asset: 'EUR' }, { ...usd, accountId: 'b' }, { ...usd }] },
    ...{ positions: [{ ...position, symbol: 'MSFT' }, { ...position, accountId: 'b' }, { ...position }] },
    ...{ lotIds: ['l', 'm'], orders: ['o', 'p'], executions: ['e', 'f'], reversals: ['r', 's'] },
    clientOrders: [{ ...mine, clientOrderId: 'two' }, { ...mine, accountId: 'b' }, { ...mine }],
    idempotency: [{ ...key, viewerId: 'w' }, { ...key, operation: 'deposit' }, { ...key, key: 'l' }, { ...key }],
  };
  expect(union([one, other])).toEqual({
    ...none,
    accounts: ['a', 'b'],
    balances: [usd, { ...usd, asset: 'EUR' }, { ...usd, accountId: 'b' }],
    positions: [position, { ...position, symbol: 'MSFT' }, { ...position, accountId: 'b' }],
    ...{ lotIds: ['l', 'm'], orders: ['o', 'p'], executions: ['e', 'f'], reversals: ['r', 's'] },
    clientOrders: [mine, { ...mine, clientOrderId: 'two' }, { ...mine, accountId: 'b' }],
    idempotency: [key, { ...key, viewerId: 'w' }, { ...key, operation: 'deposit' }, { ...key, key: 'l' }],
  });
});

it('loads the lots that all sells of a position take together, and apart from those of another', () => {
  const lots = (accountId: string, symbol: string, qty: bigint) => ({ accountId, symbol, qty });
  const sells = [lots('a', 'AAPL', 3n), lots('a', 'MSFT', 5n), lots('b', 'AAPL', 7n)];
  const summed = [lots('a', 'AAPL', 13n), lots('a', 'MSFT', 5n), lots('b', 'AAPL', 7n)];
  expect(union([{ lots: sells }, { lots: [lots('a', 'AAPL', 10n)] }])).toEqual({ ...none, lots: summed });
  expect(union([{ consumedLots: sells }, { consumedLots: [lots('a', 'AAPL', 10n)] }])).toEqual({
    ...{ ...none, consumedLots: summed },
  });
});
