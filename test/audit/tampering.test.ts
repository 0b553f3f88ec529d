import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ChainedRow, chained, GENESIS, hashOf } from '../../src/audit/chain.ts';
import { sealLine } from '../../src/audit/seal.ts';
import { type AuditWorld, auditWorld } from './support.ts';

let world: AuditWorld;
let seals: string;
/** Of strand 1, as they were written; the last few came after the last seal. */
let lines: ChainedRow[];
const SEALED = 30;
const LINES = 36;

const columns = `id, created_at AS "createdAt", actor_id AS "actorId", action, target, request_id AS "requestId", outcome,
  details, strand, sequence::int8, encode(hash, 'hex') AS hash`;

beforeAll(async () => {
  world = await auditWorld();
  const { superuser } = world;
  await world.trading.customer('100');
  const written = async (): Promise<number> =>
    Number((await superuser.query('SELECT count FROM audit_strands WHERE id = 1')).rows[0].count);
  const fill = async (count: number): Promise<void> => {
    while ((await written()) < count)
      await world.line(
        `target ${await written()}`,
        { note: 'ä "quoted" \u2028', b: '1', a: '2' },
        (await written()) % 3 === 0,
      );
  };
  await fill(10);
  await world.seal();
  await fill(SEALED);
  await world.seal();
  await fill(LINES);
  const { rows } = await superuser.query(`SELECT ${columns} FROM audit_entries WHERE strand = 1 ORDER BY sequence`);
  lines = rows.map((row) => ({ ...row, sequence: BigInt(row.sequence) }));
  seals = readFileSync(await world.sealFile(), 'utf8');
  await superuser.query(
    'CREATE TABLE kept_entries AS TABLE audit_entries; CREATE TABLE kept_strands AS TABLE audit_strands',
  );
});
afterAll(() => world.close());

/** Everything is as it was written. */
const restore = async (): Promise<void> => {
  await world.superuser.query(`
    DELETE FROM audit_entries; INSERT INTO audit_entries SELECT * FROM kept_entries;
    DELETE FROM audit_strands; INSERT INTO audit_strands SELECT * FROM kept_strands`);
  writeFileSync(await world.sealFile(), seals);
};
afterEach(restore);

const sql = (text: string, values: unknown[] = []) => world.superuser.query(text, values);
const lineAt = (sequence: number): ChainedRow => lines[sequence - 1] as ChainedRow;
const found = async (): Promise<string[]> =>
  (await world.verify()).findings.map(({ problem, strand, sequence, id }) =>
    [problem, strand, sequence ?? '-', id ?? '-'].join(' '),
  );
const named = (problem: string, sequence: number): string => `${problem} 1 ${sequence} ${lineAt(sequence).id}`;

/** What somebody does who knows how the chain is made: every line from there on gets the hash that it should have. */
const rewriteFrom = async (sequence: number, changed: Partial<ChainedRow>): Promise<void> => {
  const head = sequence === 1 ? GENESIS : lineAt(sequence - 1).hash;
  const rows = lines.slice(sequence - 1).map((row, at) => (at === 0 ? { ...row, ...changed } : row));
  const { rows: made, strand } = chained(rows, { id: 1, count: BigInt(sequence - 1), head });
  for (const row of made)
    await sql("UPDATE audit_entries SET target = $2, hash = decode($3, 'hex') WHERE id = $1", [
      row.id,
      row.target,
      row.hash,
    ]);
  await sql("UPDATE audit_strands SET head = decode($1, 'hex') WHERE id = 1", [strand.head]);
};

test('a log that nobody touched is whole, and says how much of it is sealed', async () => {
  const { findings, seals: count, unsealed } = await world.verify();
  expect(findings).toEqual([]);
  expect(count).toBe(2);
  expect(unsealed).toBe(BigInt(LINES - SEALED));
});

describe('somebody with every right to the database', () => {
  test.each([
    ['created_at', "created_at + interval '1 millisecond'"],
    ['created_at', "'infinity'"],
    ['actor_id', 'gen_random_uuid()'],
    ['action', "action || ' '"],
    ['target', 'NULL'],
    ['request_id', 'gen_random_uuid()'],
    ['outcome', "'OK '"],
    ['details', `details || '{"c":null}'`],
    ['details', 'jsonb_build_array(details)'],
    ['hash', "sha256('x')"],
  ])('edits %s to %s', async (column, value) => {
    await sql(`UPDATE audit_entries SET ${column} = ${value} WHERE id = $1`, [lineAt(7).id]);
    expect((await found())[0]).toBe(named('EDITED', 7));
  });

  test('edits the id', async () => {
    const id = '01a1fcfc-3e41-7000-8eb5-1e53944c07ee';
    await sql('UPDATE audit_entries SET id = $2 WHERE id = $1', [lineAt(7).id, id]);
    expect(await found()).toEqual([`EDITED 1 7 ${id}`]);
  });

  test('edits a line and gives it the hash that it should have', async () => {
    const { strand, sequence, ...row } = { ...lineAt(7), target: 'forged' };
    const hash = hashOf(lineAt(6).hash, row, strand, sequence);
    await sql("UPDATE audit_entries SET target = 'forged', hash = decode($2, 'hex') WHERE id = $1", [row.id, hash]);
    expect(await found()).toEqual([named('EDITED', 8)]);
    expect((await world.verify()).findings[0]?.message).toContain(row.id);
  });

  test('writes everything anew from one line on, before the last seal', async () => {
    await rewriteFrom(20, { target: 'forged' });
    expect(await found()).toEqual(['REWRITTEN 1 11 -']);
    expect((await world.verify()).findings[0]?.message).toContain(`lines 11 to ${SEALED}`);
  });

  test('removes a line', async () => {
    await sql('DELETE FROM audit_entries WHERE id = $1', [lineAt(7).id]);
    expect(await found()).toEqual(['REMOVED 1 7 -']);
  });

  test('removes a line and closes the gap', async () => {
    await sql('DELETE FROM audit_entries WHERE id = $1', [lineAt(7).id]);
    await sql('UPDATE audit_entries SET sequence = -sequence WHERE strand = 1 AND sequence > 7');
    await sql('UPDATE audit_entries SET sequence = -sequence - 1 WHERE strand = 1 AND sequence < 0');
    expect((await found())[0]).toBe(named('EDITED', 8).replace(' 8 ', ' 7 '));
  });

  test('inserts a line at the end', async () => {
    const [extra] = chained([{ ...lineAt(5), id: '01a1fcfc-3e41-7000-8eb5-1e53944c07ee' }], {
      ...{ id: 1, count: BigInt(LINES), head: lineAt(LINES).hash },
    }).rows;
    await sql(
      `INSERT INTO audit_entries SELECT $1, created_at, actor_id, action, target, request_id, outcome, details, 1, $2, decode($3, 'hex')
       FROM audit_entries WHERE id = $4`,
      [extra?.id, extra?.sequence, extra?.hash, lineAt(5).id],
    );
    expect(await found()).toEqual([`INSERTED 1 ${LINES + 1} ${extra?.id}`]);
  });

  test('inserts a line in the middle, where the index no longer forbids it', async () => {
    await sql('DROP INDEX audit_entries_strand_sequence_key');
    await sql(
      `INSERT INTO audit_entries SELECT 'ffffffff-3e41-7000-8eb5-1e53944c07ee', created_at, actor_id, action, target,
      request_id, outcome, details, strand, sequence, hash FROM audit_entries WHERE id = $1`,
      [lineAt(7).id],
    );
    expect(await found()).toEqual(['INSERTED 1 7 ffffffff-3e41-7000-8eb5-1e53944c07ee']);
    await restore();
    await sql('CREATE UNIQUE INDEX audit_entries_strand_sequence_key ON audit_entries (strand, sequence)');
  });

  test('moves a line to a strand that does not exist', async () => {
    await sql('UPDATE audit_entries SET strand = 99 WHERE id = $1', [lineAt(7).id]);
    expect(await found()).toEqual(['REMOVED 1 7 -', `INSERTED 99 7 ${lineAt(7).id}`]);
  });

  test('puts two lines in each other’s place', async () => {
    await sql('UPDATE audit_entries SET sequence = -1 WHERE id = $1', [lineAt(7).id]);
    await sql('UPDATE audit_entries SET sequence = 7 WHERE id = $1', [lineAt(12).id]);
    await sql('UPDATE audit_entries SET sequence = 12 WHERE id = $1', [lineAt(7).id]);
    expect(await found()).toEqual(
      expect.arrayContaining([`EDITED 1 7 ${lineAt(12).id}`, `EDITED 1 12 ${lineAt(7).id}`]),
    );
  });

  test('cuts the end off, which the strand still has', async () => {
    await sql('DELETE FROM audit_entries WHERE strand = 1 AND sequence > 33');
    expect(await found()).toEqual(['TRUNCATED 1 34 -']);
  });

  test('cuts the end off and sets the strand back, before the last seal', async () => {
    await sql('DELETE FROM audit_entries WHERE strand = 1 AND sequence > 25');
    await sql("UPDATE audit_strands SET count = 25, head = decode($1, 'hex') WHERE id = 1", [lineAt(25).hash]);
    expect(await found()).toEqual([`TRUNCATED 1 ${SEALED} -`]);
  });

  test('empties the log and makes the strands new', async () => {
    await sql('DELETE FROM audit_entries');
    await sql("UPDATE audit_strands SET count = 0, head = decode($1, 'hex')", [GENESIS]);
    expect(await found()).toEqual(['TRUNCATED 1 10 -']);
  });

  test('edits or removes what says how a strand ends', async () => {
    await sql("UPDATE audit_strands SET head = sha256('x') WHERE id = 1");
    expect(await found()).toEqual([named('STRAND', LINES)]);
    await sql('DELETE FROM audit_strands WHERE id = 9');
    expect(await found()).toEqual(['STRAND 9 - -', named('STRAND', LINES)]);
  });

  test('makes the database another one, of which there are no seals', async () => {
    const { rows } = await sql('SELECT id FROM audit_origin');
    await sql('UPDATE audit_origin SET id = gen_random_uuid()');
    expect(await found()).toEqual(['SEAL 0 - -']);
    await sql('UPDATE audit_origin SET id = $1', [rows[0].id]);
  });

  test('makes the database another one, while a server seals it', async () => {
    const { rows } = await sql('SELECT id FROM audit_origin');
    await sql('UPDATE audit_origin SET id = gen_random_uuid()');
    await expect(world.seal()).rejects.toThrow('tampered with');
    expect(await found()).toEqual(['SEAL 0 - -']);
    await sql('UPDATE audit_origin SET id = $1', [rows[0].id]);
  });

  test('makes the database another one, and a server that is started then seals it', async () => {
    const { rows } = await sql('SELECT id FROM audit_origin');
    await sql('UPDATE audit_origin SET id = gen_random_uuid()');
    await world.sealAnew();
    const renamed = await world.sealFile();
    expect((await world.verify()).findings.map(({ message }) => message).join()).toContain('seals of another database');
    rmSync(renamed);
    await sql('UPDATE audit_origin SET id = $1', [rows[0].id]);
  });
});

describe('somebody with every right to the seals', () => {
  const write = async (change: (all: string[]) => string[]): Promise<void> =>
    writeFileSync(await world.sealFile(), `${change(seals.trim().split('\n')).join('\n')}\n`);
  const messages = async (): Promise<string> =>
    (await world.verify()).findings.map(({ message }) => message).join('; ');

  test('edits one', async () => {
    await write(([first = '', ...rest]) => [first.replace('"1"', '"2"').replace(/"at":"2/, '"at":"1'), ...rest]);
    expect(await messages()).toContain('seal 1: was edited');
  });

  test('removes the first', async () => {
    await write(([, ...rest]) => rest);
    expect(await messages()).toContain('seal 1: does not follow');
  });

  test('puts them in another order', async () => {
    await write((all) => all.toReversed());
    expect(await messages()).toContain('seal 1: does not follow');
  });

  test('signs with a key of his own', async () => {
    const other = generateKeyPairSync('ed25519').privateKey;
    const seal = { number: 1, at: 'now', origin: 'x', previous: GENESIS, strands: [] };
    await write(([, second = '']) => [sealLine(seal, other), second]);
    expect(await messages()).toContain('seal 1: was signed with another key');
  });

  test('makes it no seal', async () => {
    await write(([first = '']) => [first, 'null']);
    expect(await messages()).toContain('seal 2: is no seal');
  });
});

test('what a crash left of a seal is none, and the next one takes its place', async () => {
  writeFileSync(await world.sealFile(), `${seals}{"number":3,"at":"20`);
  expect((await world.verify()).findings).toEqual([]);
  await world.seal();
  const after = await world.verify();
  expect(after).toMatchObject({ findings: [], seals: 3, unsealed: 0n });
});

test('whatever is changed in the lines, it is found', async () => {
  const changes: Record<string, (one: number, other: number) => string> = {
    edit: (one, other) => `UPDATE audit_entries SET target = 'x${other}' WHERE strand = 1 AND sequence = ${one}`,
    add: (one) => `UPDATE audit_entries SET details = details || '{"z":""}' WHERE strand = 1 AND sequence = ${one}`,
    remove: (one) => `DELETE FROM audit_entries WHERE strand = 1 AND sequence = ${one}`,
    removeMany: (one, other) =>
      `DELETE FROM audit_entries WHERE strand = 1 AND sequence BETWEEN ${Math.min(one, other)} AND ${Math.max(one, other)}`,
    copy: (one, other) => `UPDATE audit_entries a SET details = '{"x":${other}}', hash = b.hash FROM audit_entries b
      WHERE a.strand = 1 AND b.strand = 1 AND a.sequence = ${one} AND b.sequence = ${other}`,
    move: (one, other) => `UPDATE audit_entries SET strand = ${1 + other} WHERE strand = 1 AND sequence = ${one}`,
    behind: (one, other) =>
      `UPDATE audit_entries SET sequence = ${LINES + other} WHERE strand = 1 AND sequence = ${one}`,
  };
  const place = fc.integer({ min: 1, max: LINES });
  const strand = fc.constantFrom(...Object.keys(changes));
  await fc.assert(
    fc.asyncProperty(strand, place, place, async (kind, one, other) => {
      await sql(changes[kind]!(one, other));
      const { findings } = await world.verify();
      await restore();
      expect(findings.length).toBeGreaterThan(0);
      expect((await world.verify()).findings).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
