import { auditLine } from '../audit/line.ts';
import { failure } from '../errors.ts';
import type { InFlight } from '../idempotency/in-flight.ts';
import { fingerprintOf, keyOf, type Once, once, refusedNow } from '../idempotency/once.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { type Ids, isUuid } from '../kernel/ids.ts';
import { checkKey } from '../kernel/key.ts';
import { checkReason } from '../kernel/reason.ts';
import type { Lane } from '../lane/lane.ts';
import type { EntryRow } from '../lane/rows.ts';
import { limits } from '../limits.ts';
import { decideReversal } from './decide-reversal.ts';
import type { BookedPosting, JournalStore } from './journal/store.ts';

export interface ReverseTransferInput {
  transferId: string;
  reason: string;
  idempotencyKey?: string | null | undefined;
}

const revive = (json: Omit<EntryRow, 'createdAt'> & { createdAt: string }): EntryRow => ({
  ...json,
  createdAt: new Date(json.createdAt),
});

/** Its lines are read when they are asked for: it is booked whether they can be read or not. */
type ReversalEntry = EntryRow & { postings: () => Promise<BookedPosting[]> };

/** `reverseTransfer`: takes a deposit or a withdrawal back. What is booked never changes, so it is read before the lane. */
export const createReverseTransfer =
  ({ lane, journal, inFlight, ids }: { lane: Lane; journal: JournalStore; inFlight: InFlight; ids: Ids }) =>
  async (by: Actor & { userId: string }, input: ReverseTransferInput): Promise<Once<ReversalEntry>> => {
    const { reason, idempotencyKey } = input;
    const problem =
      checkReason(reason, 'reason', limits.text.reason) ??
      checkKey(idempotencyKey, 'idempotencyKey', limits.text.idempotencyKey);
    if (problem !== undefined) return refusedNow(problem);
    const transferId = input.transferId.toLowerCase();
    const entry = isUuid(transferId) ? await journal.entryOfTransfer(transferId) : undefined;
    if (entry === undefined) return refusedNow(failure('NOT_FOUND', 'The transfer does not exist.', 'transferId'));
    const lines = (await journal.postingsOf([entry.id])).get(entry.id) ?? [];
    const key = keyOf(by.userId, 'reverseTransfer', idempotencyKey, () => fingerprintOf(transferId, reason));
    const [id, auditId] = [ids.next(), ids.next()];
    const answer = await inFlight(key, () =>
      lane.run<Once<EntryRow>>({
        needs: {
          accounts: lines.map(({ accountId }) => accountId),
          balances: lines.map(({ accountId, asset }) => ({ accountId, asset })),
          reversals: [entry.id],
          idempotency: key === undefined ? [] : [key],
        },
        decide: (books, at) =>
          once(books, at, key, revive, () => {
            const decided = decideReversal(books, at, { entry, lines, id, reason });
            const line = auditLine(auditId, at, by, 'reverseTransfer', transferId, decided);
            books.addAudit({ ...line, details: { reason } });
            return decided;
          }),
      }),
    );
    if (!answer.ok) return answer;
    const { value } = answer;
    const postings = async (): Promise<BookedPosting[]> => (await journal.postingsOf([value.id])).get(value.id) ?? [];
    return { ...answer, value: { ...value, postings } };
  };
