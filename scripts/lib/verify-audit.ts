import type { KeyObject } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { STRANDS } from '../../src/audit/chain.ts';
import { lastLine, linesUpTo } from '../../src/audit/seal-file.ts';
import { limits } from '../../src/limits.ts';
import { type AuditSnapshot, inSnapshot } from './audit-rows.ts';
import { createStrandCheck, type Finding } from './chain-check.ts';
import { checkSeals } from './seal-check.ts';

export interface Verification {
  lines: bigint;
  seals: number;
  /** Lines that no seal covers yet: for these there is only the chain. */
  unsealed: bigint;
}

type Report = (finding: Finding) => void;

const ofWhole = (problem: Finding['problem'], message: string, strand = 0): Finding => ({
  ...{ strand, sequence: null, id: null },
  ...{ problem, message },
});

const checkStrands = async ({ strands, rows }: AuditSnapshot, report: Report): Promise<bigint> => {
  const ends = new Map(strands.map((strand) => [strand.id, strand]));
  const checks = new Map<number, ReturnType<typeof createStrandCheck>>();
  const checkOf = (id: number): ReturnType<typeof createStrandCheck> => {
    const check = checks.get(id) ?? createStrandCheck(id, ends.get(id));
    checks.set(id, check);
    return check;
  };
  for (let id = 0; id <= STRANDS; id += 1) {
    if (ends.has(id)) checkOf(id);
    else report(ofWhole('STRAND', 'the row that says how the strand ends was removed', id));
  }
  let lines = 0n;
  for await (const batch of rows(limits.ledger.replayBatch)) {
    lines += BigInt(batch.length);
    for (const row of batch) checkOf(row.strand).next(row).forEach(report);
  }
  for (const check of checks.values()) check.end().forEach(report);
  return lines;
};

/**
 * Goes through the whole audit log and all its seals on a running system. Where the seals end is found out first: what
 * they name until there is committed, so the snapshot that is taken next must have it.
 */
export const verifyAudit = async (
  { pool, folder, key }: { pool: pg.Pool; folder: string; key: KeyObject | undefined },
  report: Report,
): Promise<Verification> => {
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM audit_origin');
  const name = `${rows[0]?.id ?? 'none'}.jsonl`;
  const file = join(folder, name);
  const others = existsSync(folder)
    ? readdirSync(folder).filter((other) => other.endsWith('.jsonl') && other !== name)
    : [];
  const end = (await lastLine(file))?.end ?? 0;
  return inSnapshot(pool, limits.ledger.booksStatement_ms, async (snapshot) => {
    const lines = await checkStrands(snapshot, report);
    let checked = { seals: 0, sealed: new Map<number, bigint>() };
    if (end > 0 && key !== undefined) checked = await checkSeals(linesUpTo(file, end), snapshot, key, report);
    else if (end > 0) report(ofWhole('SEAL', 'there are seals and no key'));
    // A database that was given another name leaves what was sealed under the old one behind.
    for (const other of others)
      report(
        ofWhole(
          'SEAL',
          `${join(folder, other)} has seals of another database: this one was renamed, or two share a folder`,
        ),
      );
    const sealed = [...checked.sealed.values()].reduce((sum, count) => sum + count, 0n);
    return { lines, seals: checked.seals, unsealed: lines - sealed };
  });
};
