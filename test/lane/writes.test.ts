import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIds } from '../../src/kernel/ids.ts';
import type { OrderRow } from '../../src/lane/rows.ts';
import { loadOrders } from '../../src/lane/statements.ts';
import { valuesOf } from '../../src/lane/write.ts';
import { writes } from '../../src/lane/writes.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

/* What the rows of a batch have in common is passed once; they must arrive as they were all the same. */
let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  client.setTypeParser(pg.types.builtins.INT8, BigInt);
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.close();
});

const ids = createIds({ now: () => new Date() });
const early = (): Date => new Date('2026-11-21T10:00:00.123Z');
const late = (): Date => new Date('2026-11-21T10:00:01.000Z');
/** Few values, so that columns repeat one, mix some, and lack all or some; times are new objects each time. */
const few = <Value>(...values: Value[]) => fc.constantFrom(...values);
const time = fc.boolean().map((isLate) => (isLate ? late() : early()));
const maybeTime = fc.option(time);
const units = few(1n, 2n, 9_223_372_036_854_775_807n);
const text = few('a', '', 'NULL', '"\\{},\n');

const replacement = {
  newOrderId: ids.next(),
  clientOrderId: '"',
  qtyChange: '1',
  limitPrice: null,
  stopPrice: '2',
  worstPrice: '3',
};
/** Every column but the names: one that is forgotten does not compile here, and does not come back where it is not written. */
type Names = 'id' | 'accountId' | 'clientOrderId' | 'rootOrderId' | 'fingerprint';
const columns: { [Column in Exclude<keyof OrderRow, Names>]: fc.Arbitrary<OrderRow[Column]> } = {
  symbol: text,
  side: few('BUY', 'SELL'),
  type: few('LIMIT', 'STOP_LIMIT'),
  timeInForce: few('GTC', 'DAY'),
  qty: units,
  filledQty: few(0n, 1n),
  bustedQty: few(0n, 1n),
  unprotectedQty: few(0n, 1n),
  filledValue: few(0n, 1n),
  limitPrice: fc.option(units),
  stopPrice: fc.option(units),
  worstPrice: units,
  reserve: few(0n, 1n),
  reserveAsset: text,
  fees: few(0n, 1n),
  status: few('PARTIALLY_FILLED', 'PENDING_CANCEL', 'PENDING_REPLACE'),
  reason: fc.option(text),
  createdAt: time,
  updatedAt: time,
  filledAt: maybeTime,
  canceledAt: maybeTime,
  expiredAt: maybeTime,
  trailPrice: fc.option(few(1n, 2n)),
  trailBps: fc.option(few(1, 2)),
  trailPeak: fc.option(units),
  triggeredAt: maybeTime,
  notional: fc.option(units),
  postOnly: fc.boolean(),
  expiresAt: maybeTime,
  pendingSince: maybeTime,
  replacement: fc.option(fc.constant(replacement)),
  replacesId: fc.option(few(ids.next(), ids.next())),
  replacedById: fc.option(few(ids.next(), ids.next())),
  listId: fc.option(few(ids.next(), ids.next())),
  entryListId: fc.option(few(ids.next(), ids.next())),
  leg: fc.option(few('ENTRY', 'FIRST')),
  place: fc.option(units),
  feeBps: fc.option(few(0, 25)),
};
/** A trail is a price or a share of it. */
const drawn = fc.record(columns).map((row) => ({ ...row, trailBps: row.trailPrice === null ? row.trailBps : null }));
type Drawn = typeof drawn extends fc.Arbitrary<infer Value> ? Value : never;
const changed = fc.record({
  status: few('NEW' as const, 'PENDING_REPLACE' as const),
  reason: fc.option(text),
  updatedAt: time,
  pendingSince: maybeTime,
  replacement: fc.option(fc.constant(replacement)),
  stopPrice: fc.option(units),
  place: fc.option(units),
});

const rowOf = (given: Drawn): OrderRow => {
  const id = ids.next();
  return { id, accountId: id, clientOrderId: id, rootOrderId: id, fingerprint: '00'.repeat(32), ...given };
};
const write = async <Table extends 'newOrders' | 'orders'>(table: Table, rows: readonly OrderRow[]): Promise<void> => {
  const { text: statement } = writes[table];
  await client.query(statement, valuesOf(rows, writes[table]));
};
const stored = async (rows: readonly OrderRow[]): Promise<OrderRow[]> => {
  const found = await client.query<OrderRow>(loadOrders.text, [rows.map(({ id }) => id)]);
  const byId = new Map(found.rows.map((row) => [row.id, row]));
  return rows.map(({ id }) => byId.get(id) as OrderRow);
};

test('rows arrive as they are, whatever they have in common', async () => {
  const rounds = fc.array(fc.tuple(drawn, changed), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(rounds, async (given) => {
      // The orders of a list are read with each other.
      await client.query('DELETE FROM orders');
      const rows = given.map(([one]) => rowOf(one));
      await write('newOrders', rows);
      expect(await stored(rows)).toEqual(rows);
      const after = rows.map((row, at) => ({ ...row, ...given[at]?.[1] }) as OrderRow);
      await write('orders', after);
      expect(await stored(after)).toEqual(after);
    }),
    { numRuns: 100 },
  );
});

test.each([
  ['newOrders', 'orders'],
  ['newLots', 'lots'],
] as const)('%s writes what a later change of a row in the same batch may write', (added, changed) => {
  const written = new Set(writes[added].columns.map(([name]) => name));
  const left = writes[changed].columns.map(([name]) => name).filter((name) => !written.has(name));
  expect(left).toEqual([]);
});

test('what an audit line says more of is its own', async () => {
  const line = (details?: object) => {
    const names = { action: 'a', target: null, actorId: null, outcome: 'OK', ...(details && { details }) };
    sequence += 1n;
    return { id: ids.next(), createdAt: early(), requestId: ids.next(), ...names, strand: 1, sequence, hash: '00' };
  };
  let sequence = 0n;
  for (const said of [[undefined, undefined], [{ a: 1 }, { a: 1 }], [undefined, { b: ['"\\\n'] }], [{ a: null }]]) {
    const rows = said.map(line);
    await client.query(writes.audit.text, valuesOf(rows, writes.audit));
    const found = await client.query('SELECT details FROM audit_entries WHERE id = ANY($1) ORDER BY sequence', [
      rows.map(({ id }) => id),
    ]);
    expect(found.rows.map(({ details }) => details)).toEqual(said.map((details) => details ?? {}));
  }
});

test('a column may be null where the database says so, and nowhere else', async () => {
  const { rows } = await client.query<{ name: string }>(
    "SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND is_nullable = 'YES'",
  );
  const nullable = new Set(rows.map(({ name }) => name));
  const wrong = Object.values(writes).flatMap(({ name, columns }) => {
    const table = name.replace(/^lane_(insert|update)_/, '');
    return columns
      .map(([column, type]): [string, boolean] => [`${table}.${column}`, type.endsWith('?')])
      .filter(([column, saysSo]) => saysSo !== nullable.has(column))
      .map(([column]) => column);
  });
  expect(wrong).toEqual([]);
});
