import { performance } from 'node:perf_hooks';
import type { Take, Verdict } from '../rule.ts';

/** The store did not answer in time, or is known not to. Never seen by clients. */
export class StoreDownError extends Error {
  constructor(cause?: unknown) {
    super('the store of the limits does not answer', { cause });
    this.name = 'StoreDownError';
  }
}

/**
 * Waits no longer than the deadline. What this process was busy with meanwhile is not the store's fault: so much is added, once and up to
 * another deadline, and what has arrived by then is read first.
 */
export const withDeadline = <Value>(deadline_ms: number, work: () => Promise<Value>): Promise<Value> =>
  new Promise((resolve, reject) => {
    const before = performance.eventLoopUtilization();
    const giveUp = (): void => void setImmediate(() => reject(new StoreDownError()));
    let late = setTimeout(() => {
      const busy_ms = Math.min(performance.eventLoopUtilization(before).active, deadline_ms);
      late = setTimeout(giveUp, busy_ms);
    }, deadline_ms);
    // What throws at once counts like what fails later.
    (async () => work())().then(
      (value) => {
        clearTimeout(late);
        resolve(value);
      },
      (error) => {
        clearTimeout(late);
        reject(error instanceof StoreDownError ? error : new StoreDownError(error));
      },
    );
  });

export interface FailFast {
  take(take: Take): Promise<Verdict>;
  /** Under the same deadline, for what asks the store in another way. */
  within<Value>(work: () => Promise<Value>): Promise<Value>;
  isUp(): boolean;
  stop(): void;
}

/**
 * Nobody waits longer than the deadline for a store. Once it has missed a few in a row, or failed outright, nobody waits at
 * all: from then on the store is asked in the background whether it is back.
 */
export const createFailFast = (options: {
  store: {
    /** Keeps the deadline by itself: it knows which takes share one. */
    take(take: Take): Promise<Verdict>;
    ping(): Promise<unknown>;
  };
  deadline_ms: number;
  misses: number;
  retry_ms: number;
  /** An operator has taken the store out of use. */
  isIsolated(): boolean;
  changed(up: boolean, error?: unknown): void;
}): FailFast => {
  const { store, deadline_ms, misses, retry_ms, isIsolated, changed } = options;
  let up = true;
  let missed = 0;
  let timer: NodeJS.Timeout | undefined;

  const lookAgain = (): void => {
    timer = setTimeout(() => {
      withDeadline(deadline_ms, store.ping).then(() => {
        up = true;
        missed = 0;
        changed(true);
      }, lookAgain);
    }, retry_ms).unref();
  };

  const fell = (error: unknown): never => {
    missed += 1;
    const isLate = error instanceof StoreDownError && error.cause === undefined;
    if (up && (!isLate || missed >= misses)) {
      up = false;
      changed(false, error);
      lookAgain();
    }
    throw error;
  };

  const isAsked = (): boolean => up && !isIsolated();

  const answered = <Value>(value: Value): Value => {
    missed = 0;
    return value;
  };

  return {
    take: (take) => (isAsked() ? store.take(take).then(answered, fell) : Promise.reject(new StoreDownError())),
    within: (work) =>
      isAsked() ? withDeadline(deadline_ms, work).then(answered, fell) : Promise.reject(new StoreDownError()),
    isUp: () => up,
    stop: () => clearTimeout(timer),
  };
};
