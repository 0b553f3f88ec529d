import { RefusedError } from '../errors.ts';
import type { Clock } from '../kernel/clock.ts';
import { systemTimers, type Timers } from '../kernel/timers.ts';
import { limits } from '../limits.ts';
import type { Log } from '../telemetry/log.ts';
import { type Books, createBooks } from './books.ts';
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
 * The lane: every change of money or orders in this process, one batch after the other. Commands that arrive while a
 * batch is in flight form the next one, so a lone command waits for nobody and a crowd shares its commit.
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
type Alone = Caller & { work: () => Promise<unknown> };

const keyed = <Key>(keys: Iterable<Key>, of: (key: Key) => string): Key[] => [
  ...new Map([...keys].map((key) => [of(key), key])).values(),
];

/** Two sells of one position in a batch need the lots of both. */
const summed = (lots: Needs['lots']): Needs['lots'] =>
  [...Map.groupBy(lots, ({ accountId, symbol }) => `${accountId} ${symbol}`).values()].map((group) => ({
    ...(group[0] as Needs['lots'][number]),
    qty: group.reduce((sum, { qty }) => sum + qty, 0n),
  }));

/** The batch's time: never before what its accounts have booked already, whichever process did that. */
const notBefore = (now: Date, { accounts }: Loaded): Date =>
  accounts.reduce((at, { bookedAt }) => (bookedAt !== null && bookedAt > at ? bookedAt : at), now);

const union = (batch: readonly Waiting[]): Needs => {
  const all = <Kind extends keyof Needs>(kind: Kind): Needs[Kind][number][] =>
    batch.flatMap(({ command }) => (command.needs[kind] ?? []) as Needs[Kind][number][]);
  return {
    accounts: [...new Set(all('accounts'))],
    balances: keyed(all('balances'), (key) => `${key.accountId} ${key.asset}`),
    positions: keyed(all('positions'), (key) => `${key.accountId} ${key.symbol}`),
    lots: summed(all('lots')),
    consumedLots: summed(all('consumedLots')),
    lotIds: [...new Set(all('lotIds'))],
    orders: [...new Set(all('orders'))],
    clientOrders: keyed(all('clientOrders'), (key) => `${key.accountId} ${key.clientOrderId}`),
    idempotency: keyed(all('idempotency'), (key) => `${key.viewerId} ${key.operation} ${key.key}`),
    executions: [...new Set(all('executions'))],
    reversals: [...new Set(all('reversals'))],
  };
};

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
  store: LaneStore;
  clock: Clock;
  log: Log;
  timers?: Timers;
  /** Told, after a commit, of the orders that the batch let go of: their venue must have them now. */
  released(orders: readonly OrderRow[]): void;
}

export const createLane = ({ store, clock, log, released, timers = systemTimers }: LaneDeps): Lane => {
  const queue: (Waiting | Alone)[] = [];
  let inFlight: readonly Waiting[] = [];
  let pumping: Promise<void> | undefined;
  let draining = false;
  /** What waits, by size. */
  let queued = 0;

  /** One transaction for the whole batch; all of it is booked, or nothing. */
  const attempt = async (batch: readonly Waiting[]): Promise<Booked> => {
    let booked: Booked = { answers: [], released: [] };
    const needs = union(batch);
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
  const book = async (batch: readonly Waiting[]): Promise<Booked | { error: unknown }> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(batch);
      } catch (error) {
        const again = error instanceof TryAgain && (tries < limits.lane.attempts || batch.some(isSettlement));
        if (!again) return { error };
      }
    }
  };

  /** Runs a batch to its end. One that fails for good is run again command by command, so that only the culprit fails. */
  const runBatch = async (batch: readonly Waiting[]): Promise<void> => {
    const booked = await book(batch);
    if ('answers' in booked) {
      batch.forEach(({ command }, index) => {
        command.committed?.(booked.answers[index]);
      });
      if (booked.released.length > 0) released(booked.released);
      batch.forEach((waiting, index) => {
        answer(waiting, 'resolve', booked.answers[index]);
      });
    } else if (batch.length > 1) {
      for (const waiting of batch) await runBatch([waiting]);
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

  /** The next batch: what waits, up to work that must run alone. One that is larger than a batch is a batch of its own. */
  const nextBatch = (): Waiting[] => {
    let end = 0;
    let size = 0;
    for (let next = queue[0]; next !== undefined && !('work' in next); next = queue[end]) {
      size += sizeOf(next);
      if (end > 0 && size > limits.lane.batch) break;
      end += 1;
    }
    const batch = queue.splice(0, end) as Waiting[];
    for (const next of batch) queued -= sizeOf(next);
    return batch;
  };

  const pump = async (): Promise<void> => {
    // Everything that arrives in the same turn of the event loop belongs to the first batch.
    await Promise.resolve();
    while (queue.length > 0) {
      inFlight = nextBatch().filter(({ answered }) => !answered);
      if (inFlight.length > 0) await runBatch(inFlight);
      inFlight = [];
      if (queue[0] !== undefined && 'work' in queue[0]) await runAlone(queue.shift() as Alone);
    }
    pumping = undefined;
  };

  const enqueue = <Answer>(what: object, deadline: number | undefined): Promise<Answer> =>
    new Promise<Answer>((resolve, reject) => {
      const waiting = { ...what, deadline, answered: false, resolve, reject } as unknown as Waiting | Alone;
      queue.push(waiting);
      queued += sizeOf(waiting);
      pumping ??= pump();
    });

  // The clock of the process, not the injected one: this bounds real waiting.
  const stopSweeping = timers.every(limits.lane.sweep_ms, () => {
    const now = Date.now();
    const isLate = ({ answered, deadline }: Caller): boolean => !answered && deadline !== undefined && deadline <= now;
    for (const waiting of inFlight.filter(isLate)) answer(waiting, 'reject', refusal.late());
    for (const waiting of queue.filter(isLate)) answer(waiting, 'reject', refusal.notStarted());
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
      while (pumping !== undefined) await pumping;
      stopSweeping();
    },
    depth: () => queue.length,
  };
};

const sizeOf = (waiting: Waiting | Alone): number => ('work' in waiting ? 0 : (waiting.command.size ?? 1));

const isSettlement = ({ deadline }: Caller): boolean => deadline === undefined;
