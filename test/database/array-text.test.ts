import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { arrayText } from '../../src/database/array-text.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.close();
});

/** The elements as Postgres has read them. */
const read = async (type: string, values: readonly unknown[]): Promise<unknown[]> => {
  const { rows } = await client.query(`SELECT to_json($1::${type}[]) AS array`, [arrayText(values)]);
  return rows[0].array;
};

test('texts arrive as they were, whatever is in them', async () => {
  const hostile = [
    '',
    ' ',
    'NULL',
    'null',
    '{}',
    ',',
    '"',
    '\\',
    '\\"',
    "'",
    'a\nb\tc\r',
    '\u0001',
    'ü😀',
    '{"a":"b\\\\n"}',
  ];
  expect(await read('text', [...hostile, null])).toEqual([...hostile, null]);
  const letter = fc.constantFrom(...'{}",\\\' \n\tNULLü😀a1');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.string({ unit: fc.oneof(letter, fc.string({ unit: 'grapheme' })) }))),
      async (drawn) => {
        const texts = drawn.map((text) => text?.replaceAll('\u0000', '').toWellFormed() ?? null);
        expect(await read('text', texts)).toEqual(texts);
      },
    ),
    { numRuns: 200 },
  );
});

test('JSON arrives as it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue({ noUnicodeString: false })), async (values) => {
      const texts = values.map((value) => JSON.stringify(value).replaceAll('\\u0000', '?'));
      expect(await read('text', texts)).toEqual(texts);
    }),
    { numRuns: 100 },
  );
});

test('units, numbers, truths and times arrive exactly', async () => {
  const units = [9_223_372_036_854_775_807n, -1n, 0n, null];
  const { rows } = await client.query('SELECT $1::bigint[]::text AS array', [arrayText(units)]);
  expect(rows[0].array).toBe('{9223372036854775807,-1,0,NULL}');
  expect(await read('int', [1, -2, null])).toEqual([1, -2, null]);
  expect(await read('boolean', [true, false])).toEqual([true, false]);
  const times = ['2026-11-21T10:00:00.123Z', '0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'].map(
    (at) => new Date(at),
  );
  const instants = (await read('timestamptz', [times[0], times[0], times[1], times[2], null])) as (string | null)[];
  expect(instants.map((at) => (at === null ? null : new Date(at).getTime()))).toEqual(
    [times[0], times[0], times[1], times[2], null].map((at) => at?.getTime() ?? null),
  );
});
