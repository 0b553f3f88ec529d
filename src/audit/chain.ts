import { hash } from 'node:crypto';
import type { AuditRow } from '../lane/rows.ts';

/**
 * The chain of the audit log. Lines are spread over strands, so that transactions which commit at the same time need not
 * wait for each other; in each strand they are numbered without a gap, and each carries the hash of the one before it.
 */

/** How a strand ends: how many lines it has, and the hash of the last one, in hexadecimal. */
export interface Strand {
  id: number;
  count: bigint;
  head: string;
}

export interface ChainedRow extends AuditRow {
  strand: number;
  sequence: bigint;
  /** In hexadecimal. */
  hash: string;
}

/**
 * Strands that lines are spread over, numbered from 1; as many transactions can write audit lines at the same time. Strand
 * 0 has what was written before there were strands.
 */
export const STRANDS = 32;

/** Before the first line of every strand. */
export const GENESIS = '0'.repeat(64);

/** JSON with its keys in order: Postgres keeps them in an order of its own. */
const sorted = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
};

/** Text as the database keeps it: what is no character has become U+FFFD on the way. */
const kept = (text: string | null): string | null => text?.toWellFormed() ?? null;

/** Everything that a line says, as text that is the same for the row that is written and for the row that is read. */
const rowText = (row: AuditRow, strand: number, sequence: bigint): string =>
  JSON.stringify([
    strand,
    String(sequence),
    row.id.toLowerCase(),
    row.createdAt.getTime(),
    row.actorId?.toLowerCase() ?? null,
    kept(row.action),
    kept(row.target),
    row.requestId.toLowerCase(),
    kept(row.outcome),
    row.details === undefined ? {} : sorted(row.details),
  ]);

export const hashOf = (previous: string, row: AuditRow, strand: number, sequence: bigint): string =>
  hash('sha256', previous + rowText(row, strand, sequence));

/** The rows as the next ones of a strand, and how it ends then. */
export const chained = (
  rows: readonly AuditRow[],
  { id, count, head }: Strand,
): { rows: ChainedRow[]; strand: Strand } => {
  let [sequence, last] = [count, head];
  const linked = rows.map((row) => {
    sequence += 1n;
    last = hashOf(last, row, id, sequence);
    return { ...row, strand: id, sequence, hash: last };
  });
  return { rows: linked, strand: { id, count: sequence, head: last } };
};
