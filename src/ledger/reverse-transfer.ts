import { auditLine } from '../audit/line.ts';
import { failure } from '../errors.ts';
import type { Answer } from '../idempotency/once.ts';
import type { Actor } from '../identity/viewer.ts';
import { type Ids, isUuid } from '../kernel/ids.ts';
import { checkReason } from '../kernel/reason.ts';
import { refused } from '../kernel/result.ts';
import type { Lane } from '../lane/lane.ts';
import { limits } from '../limits.ts';
import { decideReversal } from './decide-reversal.ts';
import type { JournalEntry, JournalStore } from './journal/store.ts';

export interface ReverseTransferInput {
  transferId: string;
  reason: string;
}

/** `reverseTransfer`: takes a deposit or a withdrawal back. What is booked never changes, so it is read before the lane. */
export const createReverseTransfer =
  ({ lane, journal, ids }: { lane: Lane; journal: JournalStore; ids: Ids }) =>
  async (by: Actor, { reason, ...input }: ReverseTransferInput): Promise<Answer<JournalEntry>> => {
    const problem = checkReason(reason, 'reason', limits.text.reason);
    if (problem !== undefined) return refused(problem);
    const transferId = input.transferId.toLowerCase();
    const entry = isUuid(transferId) ? await journal.entryOfTransfer(transferId) : undefined;
    if (entry === undefined) return refused(failure('NOT_FOUND', 'The transfer does not exist.', 'transferId'));
    const lines = (await journal.postingsOf([entry.id])).get(entry.id) ?? [];
    const [id, auditId] = [ids.next(), ids.next()];
    const answer = await lane.run({
      needs: {
        accounts: lines.map(({ accountId }) => accountId),
        balances: lines.map(({ accountId, asset }) => ({ accountId, asset })),
        reversals: [entry.id],
      },
      decide: (books, at) => {
        const decided = decideReversal(books, at, { entry, lines, id, reason });
        const line = auditLine(auditId, at, by, 'reverseTransfer', transferId, decided);
        books.addAudit({ ...line, details: { reason } });
        return decided;
      },
    });
    if (!answer.ok) return answer;
    const booked = await journal.postingsOf([id]);
    return { ok: true, value: { ...answer.value, postings: booked.get(id) ?? [] } };
  };
