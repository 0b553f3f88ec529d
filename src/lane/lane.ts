import { RefusedError } from '../errors.ts';
import type { Clock } from '../kernel/clock.ts';
import { systemTimers, type Timers } from '../kernel/timers.ts';
import { limits } from '../limits.ts';
import type { Log } from '../telemetry/log.ts';
import { type Books, createBooks } from './books.ts';
import { union } from './needs.ts';
import { pickBatch, sizeOf } from './pick.ts';
import type { Changes, Loaded, Needs, OrderRow } from './rows.ts';
import { type LaneStore, TryAgain } from './store.ts';

/** One decision: what it must have in hand, and the pure code that takes it. */
export interface Command<Answer> {
  needs: Partial<Needs>;
  /** How many ordinary commands it is worth; 1 when absent. */
  size?: number;
  /** Reads and changes the books and answers. May run more than once; only the last run's changes are written. */
  decide(books: Books, at: Date): Answer;
  /** Called after the commit, in the order of the commands, before any caller is answered. */
  committed?(answer: Answer): void;
}

/**
 * The lane: every change of money or orders in this process, in batches. Commands that arrive while a batch is in flight form
 * the next one, so a lone command waits for nobody and a crowd shares its commit. Under load a batch does not wait for
 * another one with which it shares no account: while Postgres writes one, the next is decided.
 */
export interface Lane {
  /** A customer's command. Rejects with OVERLOADED when the queue is full, with DEPENDENCY_UNAVAILABLE when time is up. */
  run<Answer>(command: Command<Answer>): Promise<Answer>;
  /** What a venue reported. Never refused and retried until it is booked; rejects only if it can never be. */
  settle<Answer>(command: Command<Answer>): Promise<Answer>;
  /** Waits its turn and runs with no batch in flight: what it reads is all that was ever committed by this process. */
  alone<Value>(work: () => Promise<Value>): Promise<Value>;
  /** Resolves when everything that was accepted has been answered; nothing is accepted any more. */
  drain(): Promise<void>;
  /** Commands that wait. */
  depth(): number;
}

interface Caller {
  /** Absent for a settlement, which waits as long as it takes. */
  deadline: number | undefined;
  answered: boolean;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}
type Waiting = Caller & { command: Command<unknown> };
interface Booked {
  answers: unknown[];
  released: OrderRow[];
}
type Alone = Caller & { command?: undefined; work: () => Promise<unknown> };

/** The batch's time: never before what its accounts have booked already, whichever process did that. */
const notBefore = (now: Date, { accounts }: Loaded): Date =>
  accounts.reduce((at, { bookedAt }) => (bookedAt !== null && bookedAt > at ? bookedAt : at), now);

const refusal = {
  late: () =>
    new RefusedError(
      'DEPENDENCY_UNAVAILABLE',
      'The database did not answer in time and the outcome is not known yet. Repeat the request with the same idempotency key.',
      1,
    ),
  notStarted: () => new RefusedError('OVERLOADED', 'The command waited too long and was not started.', 1),
  full: () => new RefusedError('OVERLOADED', 'The queue of commands is full.', 1),
  draining: () => new RefusedError('OVERLOADED', 'The server is shutting down.', 1),
  contention: () => new RefusedError('OVERLOADED', 'Other commands on the same accounts were always first.', 1),
};

export interface LaneDeps {
  /** A connection for each batch that may be in flight at a time. */
  stores: readonly LaneStore[];
  clock: Clock;
  log: Log;
  timers?: Timers;
  /** Told, after a commit, of the orders that the batch let go of: their venue must have them now. */
  released(orders: readonly OrderRow[]): void;
}

export const createLane = ({ stores, clock, log, released, timers = systemTimers }: LaneDeps): Lane => {
  let queue: (Waiting | Alone)[] = [];
  const free = [...stores];
  const inFlight = new Set<readonly Waiting[]>();
  let isAlone = false;
  let awake = false;
  let draining = false;
  const idle = new Set<() => void>();
  /** What waited when all of it had to wait for batches in flight: a deep queue is not looked through for every arrival. */
  let fruitless = 0;
  /** What waits, by size. */
  let queued = 0;

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

  const answer = (caller: Caller, how: 'resolve' | 'reject', what: unknown): void => {
    caller.answered = true;
    caller[how](what);
  };

  /** Tries a batch until it is booked; undefined when it never can be, with the reason. */
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

  const runAlone = async (alone: Alone): Promise<void> => {
    await alone.work().then(
      (value) => answer(alone, 'resolve', value),
      (error) => answer(alone, 'reject', error),
    );
  };

  const takeAlone = (): Alone | undefined => (queue[0] !== undefined && 'work' in queue[0] ? queue[0] : undefined);

  /**
   * What can run now. Beside a batch in flight only one that is worth a commit of its own: fewer commands do better to wait for
   * the next.
   */
  const takeBatch = (): Waiting[] => {
    if (inFlight.size > 0 && queued < fruitless + limits.lane.beside) return [];
    const taken = [...inFlight].flatMap((batch) => batch.flatMap(({ command }) => command.needs.accounts ?? []));
    const { batch, size, rest } = pickBatch(queue, taken, limits.lane.batch);
    if (inFlight.size > 0 && size < limits.lane.beside) {
      fruitless = queued;
      return [];
    }
    queue = rest;
    queued -= size;
    return batch as Waiting[];
  };

  const launch = (store: LaneStore, batch: readonly Waiting[]): void => {
    inFlight.add(batch);
    void runBatch(store, batch).then(() => {
      inFlight.delete(batch);
      free.push(store);
      fruitless = 0;
      advance();
    });
  };

  /** Starts everything that need not wait. */
  const advance = (): void => {
    awake = false;
    while (!isAlone && queue.length > 0) {
      const alone = inFlight.size === 0 ? takeAlone() : undefined;
      if (alone !== undefined) {
        queue.shift();
        isAlone = true;
        void runAlone(alone).then(() => {
          isAlone = false;
          advance();
        });
        return;
      }
      const store = free.pop();
      if (store === undefined) return;
      const batch = takeBatch();
      if (batch.length > 0) launch(store, batch);
      else {
        free.push(store);
        return;
      }
    }
    if (queue.length === 0 && inFlight.size === 0 && !isAlone) for (const done of idle) done();
  };

  const enqueue = <Answer>(what: object, deadline: number | undefined): Promise<Answer> =>
    new Promise<Answer>((resolve, reject) => {
      const waiting = { ...what, deadline, answered: false, resolve, reject } as unknown as Waiting | Alone;
      queue.push(waiting);
      queued += sizeOf(waiting);
      // Everything that arrives in the same turn of the event loop belongs to the first batch.
      if (!awake) queueMicrotask(advance);
      awake = true;
    });

  // The clock of the process, not the injected one: this bounds real waiting.
  const stopSweeping = timers.every(limits.lane.sweep_ms, () => {
    const now = Date.now();
    const isLate = ({ answered, deadline }: Caller): boolean => !answered && deadline !== undefined && deadline <= now;
    for (const waiting of [...inFlight].flat().filter(isLate)) answer(waiting, 'reject', refusal.late());
    for (const waiting of queue.filter(isLate)) {
      answer(waiting, 'reject', refusal.notStarted());
      queued -= sizeOf(waiting);
    }
    queue = queue.filter(({ answered }) => !answered);
  });

  return {
    run: (command) => {
      if (draining) return Promise.reject(refusal.draining());
      if (queued >= limits.lane.queue) return Promise.reject(refusal.full());
      return enqueue({ command }, Date.now() + limits.lane.answer_ms);
    },
    settle: (command) => enqueue({ command }, undefined),
    alone: (work) => enqueue({ work }, undefined),
    drain: async () => {
      draining = true;
      if (queue.length > 0 || inFlight.size > 0 || isAlone) await new Promise<void>((done) => idle.add(done));
      stopSweeping();
    },
    depth: () => queue.length,
  };
};

const isSettlement = ({ deadline }: Caller): boolean => deadline === undefined;
