import type { KeyObject } from 'node:crypto';
import { fingerprintOf, hashOfSeal, isSealedBy, NO_SEAL, readSeal, type Seal } from '../../src/audit/seal.ts';
import { type AuditSnapshot, placeOf } from './audit-rows.ts';
import type { Finding } from './chain-check.ts';

/** Seals whose lines are looked up at once. */
const BATCH = 64;

/** What the seals say of each strand: each is held against the one before, its signature, and the lines that it names. */
export const checkSeals = async (
  lines: AsyncIterable<string>,
  { hashes, origin }: Pick<AuditSnapshot, 'hashes' | 'origin'>,
  key: KeyObject,
  report: (finding: Finding) => void,
): Promise<{ seals: number; sealed: Map<number, bigint> }> => {
  const fingerprint = fingerprintOf(key);
  const sealed = new Map<number, bigint>();
  const broken = new Set<number>();
  let [previous, number] = [NO_SEAL, 0];

  const wrong = (message: string): void =>
    report({ strand: 0, sequence: null, id: null, problem: 'SEAL', message: `seal ${number}: ${message}` });
  const hold = async (seals: readonly Seal[]): Promise<void> => {
    const found = await hashes(
      seals.flatMap(({ strands }) => strands.map(({ id, count }) => ({ strand: id, sequence: count }))),
    );
    for (const { number: sealNumber, at, strands } of seals) {
      for (const { id, count, head } of strands) {
        if (broken.has(id)) continue;
        const hash = found.get(placeOf({ strand: id, sequence: count }));
        const from = (sealed.get(id) ?? 0n) + 1n;
        if (hash === head) {
          sealed.set(id, count);
          continue;
        }
        // What came later was sealed upon this and is wrong with it.
        broken.add(id);
        const place = { strand: id, id: null };
        const by = `seal ${sealNumber} of ${at}`;
        report(
          hash === undefined
            ? {
                ...place,
                sequence: count,
                problem: 'TRUNCATED',
                message: `line ${count}, which ${by} names, is missing`,
              }
            : {
                ...{ ...place, sequence: from, problem: 'REWRITTEN' },
                message: `lines ${from} to ${count}: one of them, or all from one on, were written anew after ${by}`,
              },
        );
      }
    }
  };

  const batch: Seal[] = [];
  for await (const line of lines) {
    number += 1;
    const seal = readSeal(line);
    if (seal === undefined) wrong('is no seal');
    else if (seal.key !== fingerprint) wrong(`was signed with another key (${seal.key}, not ${fingerprint})`);
    else if (!isSealedBy(line, key)) wrong('was edited: its signature does not fit');
    else if (seal.number !== number || seal.previous !== previous) {
      wrong(`does not follow the one before it (it calls itself ${seal.number}): seals were removed or moved`);
      number = seal.number;
    } else if (seal.origin !== origin) wrong('belongs to another database');
    if (seal !== undefined && isSealedBy(line, key)) batch.push(seal);
    previous = hashOfSeal(line);
    if (batch.length === BATCH) await hold(batch.splice(0));
  }
  await hold(batch);
  return { seals: number, sealed };
};
