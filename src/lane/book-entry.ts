import type { Hand } from './hand.ts';
import type { Changes, EntryRow } from './rows.ts';

/** One line of an entry to be booked: `amount` is added to the balance of (account, asset). */
export interface Line {
  accountId: string;
  asset: string;
  amount: bigint;
}

const checkBalanced = (lines: readonly Line[]): void => {
  const sums = new Map<string, bigint>();
  for (const { asset, amount } of lines) sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  for (const [asset, sum] of sums) if (sum !== 0n) throw new Error(`entry does not balance: ${sum} of ${asset}`);
};

/** Books a balanced entry: each line moves a balance and becomes a posting that keeps it. */
export const bookEntry = (hand: Hand, changes: Changes, entry: EntryRow, lines: readonly Line[]): void => {
  checkBalanced(lines);
  changes.entries.push(entry);
  if (entry.kind === 'REVERSAL') hand.reversals.add(entry.reference);
  let line = 0;
  for (const { accountId, asset, amount } of lines) {
    if (amount === 0n) continue;
    const row = hand.balanceOf(accountId, asset);
    row.posted += amount;
    hand.touched.add(row);
    const balanceAfter = row.posted;
    changes.postings.push({
      entryId: entry.id,
      line,
      accountId,
      asset,
      amount,
      balanceAfter,
      createdAt: entry.createdAt,
      kind: entry.kind,
    });
    const account = hand.lockedAccount(accountId);
    account.bookedAt = entry.createdAt;
    hand.touched.add(account);
    line += 1;
  }
};
