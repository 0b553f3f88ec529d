import type { Clock } from '../kernel/clock.ts';
import { limits } from '../limits.ts';
import type { Log } from '../telemetry/log.ts';
import { createBooks } from './books.ts';
import { union } from './needs.ts';
import { refusal } from './refusal.ts';
import type { Changes, Loaded, OrderRow } from './rows.ts';
import { sift } from './sift.ts';
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

const none: ReadonlySet<number> = new Set();

/** Decides and books a batch, and answers its callers. */
export const createRunBatch = ({ clock, log, released }: BatchDeps): RunBatch => {
  /** One transaction for the whole batch; all of it is booked, or nothing. */
  const attempt = async (
    apply: LaneStore['apply'],
    batch: readonly Waiting[],
    failed: ReadonlySet<number>,
  ): Promise<Booked> => {
    let booked: Booked = { answers: [], released: [] };
    const needs = union(batch.map(({ command }) => command.needs));
    await apply(needs, (loaded): Changes => {
      const books = createBooks(loaded, needs);
      const at = notBefore(clock.now(), loaded);
      booked = { answers: batch.map(({ command }) => command.decide(books, at, failed)), released: books.released() };
      return books.changes();
    });
    return booked;
  };

  /** Tries a batch until it is booked; or tells the error because of which it never can be. */
  const book = async (
    apply: LaneStore['apply'],
    batch: readonly Waiting[],
    failed = none,
  ): Promise<Booked | { error: unknown }> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(apply, batch, failed);
      } catch (error) {
        const again = error instanceof TryAgain && (tries < limits.lane.attempts || batch.some(isSettlement));
        if (!again) return { error };
      }
    }
  };

  /**
   * A command that cannot be booked, without those of its parts because of which it cannot, if others are left. Which these are is tried
   * out in transactions that are rolled back, so what there is of it in the end is in one, and so is the answer under its key.
   */
  const bookWithout = async (
    store: LaneStore,
    waiting: Waiting,
    error: unknown,
  ): Promise<Booked | { error: unknown }> => {
    const { parts = [] } = waiting.command;
    if (parts.length < 2) return { error };
    const all = [...parts.keys()];
    const { good, bad } = await sift(all, async (some) => {
      const left = new Set(all.filter((part) => !some.includes(part)));
      const tried = await book(store.rehearse, [waiting], left);
      if (!('error' in tried)) return undefined;
      if (tried.error instanceof TryAgain) throw tried.error;
      return tried;
    });
    if (good.length === 0) return { error };
    for (const { part, error: err } of bad) {
      log.error({ err, ...parts[part] }, 'a part of a command failed and was not booked');
    }
    return book(store.apply, [waiting], new Set(bad.map(({ part }) => part)));
  };

  /** After the commit. */
  const answerAll = (batch: readonly Waiting[], { answers, released: orders }: Booked): void => {
    batch.forEach(({ command }, index) => {
      command.committed?.(answers[index]);
    });
    if (orders.length > 0) released(orders);
    batch.forEach((waiting, index) => {
      answer(waiting, 'resolve', answers[index]);
    });
  };

  /** A command that failed for good when it was alone. */
  const runFailed = async (store: LaneStore, waiting: Waiting, failed: unknown): Promise<void> => {
    const booked =
      failed instanceof TryAgain
        ? { error: failed }
        : await bookWithout(store, waiting, failed).catch((error: unknown) => ({ error }));
    if ('answers' in booked) return answerAll([waiting], booked);
    log.error({ err: booked.error }, 'a command failed and was not booked');
    answer(waiting, 'reject', booked.error instanceof TryAgain ? refusal.contention() : booked.error);
  };

  /** Runs a batch to its end. One that fails for good is run again command by command, so that only the culprit fails. */
  const runBatch = async (store: LaneStore, batch: readonly Waiting[]): Promise<void> => {
    const booked = await book(store.apply, batch);
    const [first] = batch;
    if ('answers' in booked) answerAll(batch, booked);
    else if (batch.length === 1 && first !== undefined) await runFailed(store, first, booked.error);
    else for (const waiting of batch) await runBatch(store, [waiting]);
  };

  return runBatch;
};
