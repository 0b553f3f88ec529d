import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyAudit } from '../../scripts/lib/verify-audit.ts';
import { createCommand } from '../../src/audit/command.ts';
import { connect } from '../../src/database/connect.ts';
import { openDatabase } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { ok } from '../../src/kernel/result.ts';
import { emptyDatabase } from '../support/database.ts';
import { startTrading } from '../support/trading.ts';
import { until } from '../support/until.ts';
import { type AuditWorld, auditWorld } from './support.ts';

let world: AuditWorld;
beforeAll(async () => {
  world = await auditWorld();
});
afterAll(() => world.close());

const strands = async (): Promise<{ id: number; count: string }[]> =>
  (await world.superuser.query('SELECT id, count FROM audit_strands WHERE count > 0 ORDER BY id')).rows;

describe('a line', () => {
  test('is hashed as the database keeps it, whatever a client wrote', async () => {
    const { database, ids } = world.trading;
    const command = createCommand({ database, clock: { now: () => new Date('0099-12-31T23:59:59.999Z') }, ids });
    const by = { userId: ids.next().toUpperCase(), requestId: ids.next().toUpperCase() };
    const details = {
      b: 'ß\n\t"\\\u2028\u007f😀',
      a: [1.5, -0, 1e21, true, null, { z: 'z', '': '' }],
      10: 'ten',
      9: 'nine',
    };
    await command({ by, action: 'é', target: 'half \ud83d of a pair', details }, async () => ok({}));
    expect((await world.verify()).findings).toEqual([]);
  });

  test('is in the chain exactly when what it describes was done', async () => {
    const before = await strands();
    const { database, ids } = world.trading;
    const clock = { now: () => new Date() };
    const command = createCommand({ database, clock, ids });
    const by = { userId: null, requestId: ids.next() };
    const attempt = command({ by, action: 'test', target: null }, async () => {
      throw new Error('bug');
    });
    await expect(attempt).rejects.toThrow('bug');
    expect(await strands()).toEqual(before);
  });
});

test('two servers that write at the same time, through the lane and beside it, leave whole strands', async () => {
  const second = await startTrading({
    url: world.trading.database.connection.connectionString?.replace(/\?.*/, '') ?? '',
  });
  const before = (await world.verify()).lines;
  const customers = await Promise.all(
    [world.trading, second].flatMap((server) => [server.customer(), server.customer()]),
  );
  const work = customers.flatMap(({ by }, at) => {
    const server = at < 2 ? world.trading : second;
    return Array.from({ length: 25 }, () => server.ledger.deposit(by, { amount: '1' }));
  });
  const beside = Array.from({ length: 100 }, (_, at) => world.line(`at once ${at}`));
  const sealed = Array.from({ length: 5 }, () => world.seal());
  await Promise.all([...work, ...beside, ...sealed]);
  const { findings, lines } = await world.verify();
  expect(findings).toEqual([]);
  expect(lines - before).toBe(200n);
  expect((await strands()).length).toBeGreaterThan(1);
  await second.close();
});

test('with every strand taken a line waits for any of them', async () => {
  await world.superuser.query('BEGIN; SELECT FROM audit_strands FOR UPDATE');
  const waiting = Array.from({ length: 8 }, (_, at) => world.line(`waits ${at}`));
  const blocked = async (): Promise<number | null> =>
    (
      await world.superuser.query(
        'SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))',
      )
    ).rowCount;
  // The others wait behind the first for the same strand.
  await until(async () => (await blocked()) !== 0);
  await world.superuser.query('COMMIT');
  await Promise.all(waiting);
  expect((await world.verify()).findings).toEqual([]);
});

test('what was written before there was a chain becomes its strand 0', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bourse-migrations-'));
  for (const name of readdirSync('prisma/migrations'))
    if (name < '20261121110000') cpSync(join('prisma/migrations', name), join(folder, name), { recursive: true });
  const { url, close } = await emptyDatabase();
  await migrate(url, folder);
  rmSync(folder, { recursive: true });
  const client = await connect(url);
  await client.query(`
    INSERT INTO audit_entries (id, created_at, actor_id, action, target, request_id, outcome, details)
    SELECT gen_random_uuid(), timestamptz '2026-01-01Z' + n % 7 * interval '1 ms', CASE n % 3 WHEN 0 THEN gen_random_uuid() END,
           'test', CASE n % 2 WHEN 0 THEN E'a "b" \\\\ \\t \\u2028 \\x1f ä😀' || n END, gen_random_uuid(), 'OK',
           jsonb_build_object('reason', E'"quoted" \\n ä', 'b', jsonb_build_array(1, 2.5, null, true), 'a', '{}'::jsonb)
    FROM generate_series(1, 50) n`);
  await migrate(url);
  const database = await openDatabase(url, { connections: 1 });
  const verify = async () => {
    const found: string[] = [];
    const { lines } = await verifyAudit(
      { pool: database.pool, folder: '/nowhere', key: undefined },
      ({ problem, strand, sequence }) => found.push(`${problem} ${strand} ${sequence}`),
    );
    return { lines, found };
  };
  expect(await verify()).toEqual({ lines: 50n, found: [] });
  await client.query(
    `SET session_replication_role = replica; UPDATE audit_entries SET target = 'x' WHERE sequence = 9`,
  );
  expect((await verify()).found).toEqual(['EDITED 0 9']);
  await client.end();
  await database.close();
  await close();
});
