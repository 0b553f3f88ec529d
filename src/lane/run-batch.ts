import type { Clock } from '../kernel/clock.ts';
import { limits } from '../limits.ts';
import type { Log } from '../telemetry/log.ts';
import { createBooks } from './books.ts';
import { union } from './needs.ts';
import { refusal } from './refusal.ts';
import type { Changes, Loaded, OrderRow } from './rows.ts';
import { type LaneStore, TryAgain } from './store.ts';
import { answer, isSettlement, type Waiting } from './waiting.ts';

interface Booked {
  answers: unknown[];
  released: OrderRow[];
}

export interface BatchDeps {
  clock: Clock;
  log: Pick<Log, 'error'>;
  /** Told, after a commit, of the orders that the batch let go of: their venue must have them now. */
  released(orders: readonly OrderRow[]): void;
}

export type RunBatch = (store: LaneStore, batch: readonly Waiting[]) => Promise<void>;

/** The batch's time: never before what its accounts have booked already, whichever process did that. */
const notBefore = (now: Date, { accounts }: Loaded): Date =>
  accounts.reduce((at, { bookedAt }) => (bookedAt !== null && bookedAt > at ? bookedAt : at), now);

/** Decides and books a batch, and answers its callers. */
export const createRunBatch = ({ clock, log, released }: BatchDeps): RunBatch => {
  /** One transaction for the whole batch; all of it is booked, or nothing. */
  const attempt = async (store: LaneStore, batch: readonly Waiting[]): Promise<Booked> => {
    let booked: Booked = { answers: [], released: [] };
    const needs = union(batch.map(({ command }) => command.needs));
    await store.apply(needs, (loaded): Changes => {
      const books = createBooks(loaded, needs);
      const at = notBefore(clock.now(), loaded);
      booked = { answers: batch.map(({ command }) => command.decide(books, at)), released: books.released() };
      return books.changes();
    });
    return booked;
  };

  /** Tries a batch until it is booked; or tells the error because of which it never can be. */
  const book = async (store: LaneStore, batch: readonly Waiting[]): Promise<Booked | { error: unknown }> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(store, batch);
      } catch (error) {
        const again = error instanceof TryAgain && (tries < limits.lane.attempts || batch.some(isSettlement));
        if (!again) return { error };
      }
    }
  };

  /** Runs a batch to its end. One that fails for good is run again command by command, so that only the culprit fails. */
  const runBatch = async (store: LaneStore, batch: readonly Waiting[]): Promise<void> => {
    const booked = await book(store, batch);
    if ('answers' in booked) {
      batch.forEach(({ command }, index) => {
        command.committed?.(booked.answers[index]);
      });
      if (booked.released.length > 0) released(booked.released);
      batch.forEach((waiting, index) => {
        answer(waiting, 'resolve', booked.answers[index]);
      });
    } else if (batch.length > 1) {
      for (const waiting of batch) await runBatch(store, [waiting]);
    } else {
      log.error({ err: booked.error }, 'a command failed and was not booked');
      const error = booked.error instanceof TryAgain ? refusal.contention() : booked.error;
      for (const waiting of batch) answer(waiting, 'reject', error);
    }
  };

  return runBatch;
};
