import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { openDatabase } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { createCheckBooks } from '../../src/ledger/books/check-books.ts';
import { createBooksStore } from '../../src/ledger/books/store.ts';
import { emptyDatabase } from '../support/database.ts';

const folder = mkdtempSync(join(tmpdir(), 'bourse-migrations-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Bought 3 for 10 and 5 for 100, sold 4 for 90: as the first version wrote it, at average cost. */
const before = `
  INSERT INTO users (id, username, username_key, email, email_key, password_hash, status, created_at, updated_at)
    VALUES ('00000000-0000-7000-8000-0000000000aa', 'a', 'a', 'a@b.c', 'a@b.c', '-', 'ACTIVE', now(), now());
  INSERT INTO accounts (id, user_id, kind, currency, created_at) VALUES
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000aa', 'CUSTOMER', 'USD', now()),
    ('00000000-0000-7000-8000-000000000001', NULL, 'VENUE', 'USD', now());
  INSERT INTO assets VALUES ('USD', 'US dollar', 8), ('TST', 'Test', 4);
  INSERT INTO instruments VALUES ('TST', 'Test', 'STOCK', 'TST', 'USD', 2, 1, 1, 100, 100);
  INSERT INTO orders (id, account_id, client_order_id, fingerprint, symbol, side, type, time_in_force, qty, filled_qty,
                      filled_value, worst_price, reserve, reserve_asset, status, created_at, updated_at)
    SELECT gen_random_uuid(), '00000000-0000-7000-8000-00000000000a', name, '', 'TST', side::"OrderSide", 'LIMIT', 'GTC',
           qty, qty, value, 1, 0, 'USD', 'FILLED', now(), now()
    FROM (VALUES ('1', 'BUY', 3, 3000), ('2', 'BUY', 5, 10000), ('3', 'SELL', 4, 12000)) v(name, side, qty, value);
  INSERT INTO executions (id, exec_id, trade_id, order_id, account_id, symbol, side, qty, price, value, fee, liquidity, cum_qty, created_at)
    SELECT gen_random_uuid(), client_order_id, gen_random_uuid(), id, account_id, symbol, side, qty, filled_value / qty / 100, filled_value, 0, 'TAKER', qty, now()
    FROM orders ORDER BY client_order_id;
  INSERT INTO positions VALUES ('00000000-0000-7000-8000-00000000000a', 'TST', 4, 6500, 5500, now());
  INSERT INTO journal_entries SELECT id, 'TRADE', trade_id, now() FROM executions;
  INSERT INTO postings
    SELECT e.id, l.line, l.account, l.asset, l.amount, 0, now()
    FROM executions e CROSS JOIN LATERAL (VALUES
      (0, e.account_id, 'USD', CASE side WHEN 'BUY' THEN -value ELSE value END),
      (1, '00000000-0000-7000-8000-000000000001', 'USD', CASE side WHEN 'BUY' THEN value ELSE -value END),
      (2, e.account_id, 'TST', CASE side WHEN 'BUY' THEN qty ELSE -qty END),
      (3, '00000000-0000-7000-8000-000000000001', 'TST', CASE side WHEN 'BUY' THEN -qty ELSE qty END)
    ) l(line, account, asset, amount) ORDER BY e.exec_id, l.line;
  INSERT INTO balances SELECT account_id, asset, sum(amount), 0, true FROM postings GROUP BY 1, 2;`;

test('what the first version booked gets its lots, its order and its times', async () => {
  const { url, close } = await emptyDatabase();
  cpSync('prisma/migrations/20261121070000_init', join(folder, '20261121070000_init'), { recursive: true });
  await migrate(url, folder);
  const client = await connect(url);
  await client.query(before);
  await migrate(url);
  const { rows: lots } = await client.query('SELECT qty, leaves_qty, leaves_cost FROM lots ORDER BY sequence');
  // Sold: the 3 at 10, and 1 of the 5 at 20.
  expect(lots).toEqual([
    { qty: '3', leaves_qty: '0', leaves_cost: '0' },
    { qty: '5', leaves_qty: '4', leaves_cost: '8000' },
  ]);
  const { rows: positions } = await client.query('SELECT qty, cost_basis, realized_pnl FROM positions');
  expect(positions).toEqual([{ qty: '4', cost_basis: '8000', realized_pnl: '7000' }]);
  const { rows: unset } = await client.query(
    'SELECT 1 FROM accounts WHERE booked_at IS NULL UNION ALL SELECT 1 FROM orders WHERE root_order_id <> id',
  );
  expect(unset).toEqual([]);
  const { rows: untimed } = await client.query(
    `SELECT 1 FROM orders o WHERE filled_at IS DISTINCT FROM (SELECT max(created_at) FROM executions WHERE order_id = o.id)`,
  );
  expect(untimed).toEqual([]);
  await client.end();
  const database = await openDatabase(url);
  const { differences } = await createCheckBooks(createBooksStore(database))();
  // The rows above were made without running balances.
  expect(new Set(differences.map(({ check }) => check))).toEqual(
    new Set(['posting does not say the balance after it']),
  );
  await database.close();
  await close();
});
