import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { booksOfDatabase, corrupt } from '../support/corrupt.ts';
import { copyOf, type TestDatabase, testDatabase } from '../support/database.ts';
import { must } from '../support/people.ts';
import { type Customer, startTrading } from '../support/trading.ts';

/** Books with a sale out of two lots and an order that rests; each test looks at a copy of its own. */
let source: TestDatabase;
let database: TestDatabase;
let customer: Customer;
beforeAll(async () => {
  source = await testDatabase();
  const trading = await startTrading({ url: source.url });
  customer = await trading.customer('100000');
  const order = { symbol: 'AAPL', side: 'BUY', type: 'MARKET' } as const;
  must(await trading.orders.place(customer.by, { ...order, qty: '3' }));
  await trading.settled();
  must(await trading.orders.place(customer.by, { ...order, qty: '2' }));
  await trading.settled();
  must(await trading.orders.place(customer.by, { ...order, side: 'SELL', qty: '4' }));
  await trading.settled();
  must(await trading.orders.place(customer.by, { ...order, type: 'LIMIT', qty: '1', limitPrice: '1.00' }));
  await trading.settled();
  await trading.close();
});
afterAll(() => source.close());
beforeEach(async () => {
  database = await copyOf(source);
});
afterEach(() => database.close());

test('books that were kept by the server are right', async () => {
  expect(await booksOfDatabase(database)).toMatchObject({ executions: 3, differences: [], truncated: false });
});

test.each([
  ['UPDATE balances SET posted = posted + 1 WHERE NOT may_owe', 'balance is not the sum of its postings'],
  ['UPDATE balances SET posted = posted + 1 WHERE may_owe', 'balances of an asset do not sum to zero'],
  ['UPDATE balances SET held = held + 1 WHERE held > 0', 'hold is not what open orders reserve'],
  [
    "INSERT INTO balances SELECT account_id, 'USD-OWED', 1, 0, false FROM positions",
    'debt is not what was lent and not repaid',
  ],
  ['UPDATE accounts SET open_orders = 7 WHERE user_id IS NOT NULL', 'count of open orders'],
  ['UPDATE orders SET filled_qty = filled_qty - 1 WHERE filled_qty > 0', 'order is not filled by its executions'],
  ['UPDATE positions SET qty = qty + 1', 'position is not what the ledger holds'],
  ['UPDATE positions SET cost_basis = cost_basis + 1', 'position is not what its executions make'],
  ['UPDATE positions SET realized_pnl = realized_pnl - 1', 'position is not what its executions make'],
  ['UPDATE lots SET leaves_cost = leaves_cost + 1', 'lot is not what sells left of it'],
  ['UPDATE lots SET leaves_qty = leaves_qty - 1 WHERE leaves_qty > 0', 'lot is not what sells left of it'],
  ['DELETE FROM lots WHERE leaves_qty = 0', 'lot is not what sells left of it'],
  ['UPDATE lots SET cost = cost + 1', 'lot is not what its execution brought in'],
  ['UPDATE lots SET busted = true WHERE leaves_qty = 0', 'lot is not what its execution brought in'],
  ['DELETE FROM lot_closures', 'lot is not what executions took and gave back'],
  ['UPDATE orders SET busted_qty = 1 WHERE filled_qty > 0', 'order is not filled by its executions'],
  ['UPDATE lots SET id = gen_random_uuid()', 'lot without its execution'],
  ['UPDATE postings SET amount = amount + 1 WHERE line = 0', 'entry does not balance'],
  ['UPDATE postings SET balance_after = balance_after + 1', 'posting does not say the balance after it'],
  ["DELETE FROM postings WHERE kind = 'DEPOSIT'", 'entry without postings'],
  ['UPDATE executions SET position_cost = position_cost + 1', 'execution does not say the position after it'],
  ["UPDATE executions SET side = 'SELL'", 'execution cannot follow those before it'],
  ['DELETE FROM executions', 'position without executions'],
  ['UPDATE executions SET price = price + 1', 'execution is not worth its price times its quantity'],
  ['UPDATE executions SET trade_id = gen_random_uuid()', 'trade has not moved what its executions say'],
  [
    'UPDATE accounts SET event_sequence = event_sequence + 1 WHERE user_id IS NOT NULL',
    'event sequence is not that of the last event',
  ],
  ['DELETE FROM transfers', 'transfer is not what its entry booked'],
  ['UPDATE transfers SET amount = amount + 1', 'transfer is not what its entry booked'],
  ["UPDATE transfers SET kind = 'WITHDRAWAL'", 'transfer is not what its entry booked'],
  ['UPDATE transfers SET id = gen_random_uuid()', 'transfer is not what its entry booked'],
])('%s is named: %s', async (sql, check) => {
  await corrupt(database, sql);
  const { differences } = await booksOfDatabase(database);
  expect(differences.map((one) => one.check)).toContain(check);
});

test('the command says so by its exit code and names the rows', async () => {
  const run = () =>
    spawnSync(process.execPath, ['scripts/books.ts'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, DATABASE_URL: database.url },
    });
  const right = run();
  expect([right.status, right.stdout]).toEqual([0, expect.stringContaining('the books are right')]);
  await corrupt(database, 'UPDATE balances SET held = held + 1 WHERE held > 0');
  const wrong = run();
  expect(wrong.status).toBe(1);
  expect(wrong.stdout).toContain(`hold is not what open orders reserve: account ${customer.accountId} USD`);
});
