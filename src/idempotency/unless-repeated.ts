import type { Failure } from '../errors.ts';
import type { Lane } from '../lane/lane.ts';
import type { InFlight } from './in-flight.ts';
import { type IdempotencyKey, type Once, once, refusedNow } from './once.ts';

/**
 * Refuses what was found wrong before the lane: for a tick or a lot, which change, or for a symbol that not all processes know
 * yet. What was carried out under the key while it was right is answered as it was then. The refusal itself is not kept. The accounts
 * are those that the first would have locked: a repeat of one that is under way waits for it.
 */
export const refuseUnlessRepeated = async <Value extends object>(
  { lane, inFlight }: { lane: Pick<Lane, 'run'>; inFlight: InFlight },
  failures: readonly Failure[],
  {
    key,
    accounts,
    revive,
  }: {
    key: IdempotencyKey | undefined;
    accounts: readonly string[];
    revive: (json: never) => Value;
  },
): Promise<Once<Value>> => {
  const refusal = refusedNow(...failures);
  if (key === undefined) return refusal;
  return inFlight(key, () =>
    lane.run<Once<Value>>({
      needs: { accounts: [...accounts], idempotency: [key] },
      decide: (books, at) =>
        once<Value>(
          books,
          at,
          key,
          revive,
          () => refusal,
          () => false,
        ),
    }),
  );
};
