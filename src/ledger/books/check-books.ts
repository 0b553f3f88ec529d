import { limits } from '../../limits.ts';
import type { Difference } from './differences.ts';
import { createReplay } from './replay.ts';
import type { BooksStore, Snapshot } from './store.ts';

/** What was looked at and what is wrong; `truncated` when there is more than what is listed. */
export interface BooksReport {
  executions: number;
  differences: Difference[];
  truncated: boolean;
}

const replayAll = async (snapshot: Snapshot, report: (found: Difference[]) => void): Promise<number> => {
  let count = 0;
  let position = '';
  let replay = createReplay();
  for await (const rows of snapshot.executions(limits.ledger.replayBatch)) {
    for (const row of rows) {
      const name = `${row.accountId} ${row.symbol}`;
      if (name !== position) {
        report(replay.end());
        replay = createReplay();
        position = name;
      }
      report(replay.next(row));
    }
    count += rows.length;
  }
  report(replay.end());
  return count;
};

/**
 * Rebuilds every balance, hold, position and lot from the journal, the executions and the open orders, and says where
 * the tables have something else.
 */
export const createCheckBooks = (store: BooksStore) => (): Promise<BooksReport> =>
  store(limits.ledger.booksStatement_ms, async (snapshot) => {
    const differences: Difference[] = [];
    let truncated = false;
    const report = (found: Difference[]): void => {
      const room = limits.ledger.differencesShown - differences.length;
      differences.push(...found.slice(0, room));
      truncated ||= found.length > room;
    };
    for await (const found of snapshot.differences(limits.ledger.differencesShown + 1)) report(found);
    const executions = await replayAll(snapshot, report);
    return { executions, differences, truncated };
  });
