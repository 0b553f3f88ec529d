import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/database/database.ts';
import * as statements from '../../src/lane/statements.ts';
import { writes } from '../../src/lane/writes.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

/*
 * Each connection plans a statement of the lane once. On the first day all tables are empty, and what reads a whole table then would
 * still do so with a million orders in it.
 */
let source: TestDatabase;
let database: Database;
let client: pg.Client;
beforeAll(async () => {
  source = await testDatabase();
  database = await openDatabase(source.url);
  client = new pg.Client(database.byKeys);
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.close();
  await source.close();
});

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: Node[];
}
const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
const readsAll = new Set(['Seq Scan', 'Hash Join', 'Merge Join']);

const all = [...Object.values(statements), ...Object.values(writes)].filter((each) => typeof each === 'object');

test.each(all)('$name goes from key to key, also when it is planned on empty tables', async ({ text }) => {
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
    `EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${text}`,
  );
  const nodes = nodesOf(rows[0]!['QUERY PLAN'][0].Plan);
  expect(nodes.filter((node) => readsAll.has(node['Node Type']))).toEqual([]);
  expect(nodes.length).toBeGreaterThan(0);
});

test('a statement of the lane is planned once, for all values', async () => {
  const { rows } = await client.query<{ plan_cache_mode: string }>('SHOW plan_cache_mode');
  expect(rows).toEqual([{ plan_cache_mode: 'force_generic_plan' }]);
});
