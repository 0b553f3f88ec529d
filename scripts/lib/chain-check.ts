import { type ChainedRow, GENESIS, hashOf, type Strand } from '../../src/audit/chain.ts';

/** One thing that is wrong with the audit log, and where. */
export interface Finding {
  strand: number;
  /** The line's number in its strand; null when the strand as a whole is meant. */
  sequence: bigint | null;
  /** Of the line, while it is there. */
  id: string | null;
  problem: 'EDITED' | 'REMOVED' | 'INSERTED' | 'TRUNCATED' | 'REWRITTEN' | 'STRAND' | 'SEAL';
  message: string;
}

const hashedAs = (previous: string, row: ChainedRow): string | undefined => {
  try {
    return hashOf(previous, row, row.strand, row.sequence);
  } catch {
    // What no writer of ours could have written, such as an infinite time.
    return undefined;
  }
};

const lines = (from: bigint, to: bigint): string => (from === to ? `line ${from}` : `lines ${from} to ${to}`);

/** Goes along one strand, line by line, and says where it breaks; each line is held against the stored hash before it. */
export const createStrandCheck = (id: number, end: Strand | undefined) => {
  let expected = 1n;
  /** The line before; absent when it is gone, so that nothing can be said of the next one. */
  let before: { hash: string; id: string | null } | undefined = { hash: GENESIS, id: null };

  const at = (row: ChainedRow, problem: Finding['problem'], message: string): Finding => ({
    ...{ strand: id, sequence: row.sequence, id: row.id, problem },
    message: `line ${row.sequence} ${message}`,
  });
  const broken = (row: ChainedRow): Finding | undefined => {
    if (end === undefined) return at(row, 'INSERTED', 'is in a strand that does not exist: it was inserted or moved');
    if (row.sequence > end.count)
      return at(row, 'INSERTED', 'is behind the end of its strand: it was inserted or moved');
    if (before === undefined || hashedAs(before.hash, row) === row.hash) return undefined;
    const neighbour =
      before.id === null ? '' : `, unless line ${row.sequence - 1n} (${before.id}) was and got a new hash`;
    return at(row, 'EDITED', `does not fit its hash: it was edited, moved or put there${neighbour}`);
  };

  return {
    next: (row: ChainedRow): Finding[] => {
      if (row.sequence < expected) return [at(row, 'INSERTED', 'is there twice: it was inserted or moved')];
      const found: Finding[] = [];
      if (row.sequence > expected && row.sequence <= (end?.count ?? 0n)) {
        const message = `${lines(expected, row.sequence - 1n)} before ${row.id} are missing: they were removed or moved`;
        found.push({ strand: id, sequence: expected, id: null, problem: 'REMOVED', message });
        before = undefined;
      }
      const problem = broken(row);
      if (problem !== undefined) found.push(problem);
      before = { hash: row.hash, id: row.id };
      expected = row.sequence + 1n;
      return found;
    },
    end: (): Finding[] => {
      if (end === undefined) return [];
      const { count, head } = end;
      const whole = { strand: id, id: null };
      if (expected <= count)
        return [
          {
            ...{ ...whole, sequence: expected, problem: 'TRUNCATED' },
            message: `${lines(expected, count)}, the last, are missing: they were removed`,
          },
        ];
      // More lines than the strand has are named already.
      if (expected - 1n > count || before === undefined || before.hash === head) return [];
      const message = `ends with another hash than its last line ${count} (${before.id ?? 'none'}) has: one of them was edited`;
      return [{ ...whole, sequence: count, id: before.id, problem: 'STRAND', message }];
    },
  };
};
