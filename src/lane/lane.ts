import { systemTimers, type Timers } from '../kernel/timers.ts';
import { limits } from '../limits.ts';
import type { Command } from './command.ts';
import { createQueue } from './queue.ts';
import { refusal } from './refusal.ts';
import { type BatchDeps, createRunBatch } from './run-batch.ts';
import type { LaneStore } from './store.ts';
import { createTurns } from './turns.ts';
import { type Alone, answer, isLate, type Waiting } from './waiting.ts';

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

export interface LaneDeps extends BatchDeps {
  /** A connection for each batch that may be in flight at a time. */
  stores: readonly LaneStore[];
  timers?: Timers;
}

export const createLane = ({ stores, timers = systemTimers, ...deps }: LaneDeps): Lane => {
  const queue = createQueue();
  const drained = new Set<() => void>();
  const idle = (): void => {
    for (const done of drained) done();
  };
  const turns = createTurns({ queue, stores, runBatch: createRunBatch(deps), idle });
  let awake = false;
  let draining = false;

  const wake = (): void => {
    awake = false;
    turns.advance();
  };

  const enqueue = <Answer>(what: object, deadline: number | undefined): Promise<Answer> =>
    new Promise<Answer>((resolve, reject) => {
      queue.add({ ...what, deadline, answered: false, resolve, reject } as unknown as Waiting | Alone);
      // Everything that arrives in the same turn of the event loop belongs to the first batch.
      if (!awake) queueMicrotask(wake);
      awake = true;
    });

  // The clock of the process, not the injected one: this bounds real waiting.
  const stopSweeping = timers.every(limits.lane.sweep_ms, () => {
    const now = Date.now();
    for (const waiting of [...turns.inFlight].flat())
      if (isLate(waiting, now)) answer(waiting, 'reject', refusal.late());
    queue.refuseLate(now);
  });

  return {
    run: (command) => {
      if (draining) return Promise.reject(refusal.draining());
      if (queue.size() >= limits.lane.queue) return Promise.reject(refusal.full());
      return enqueue({ command }, Date.now() + limits.lane.answer_ms);
    },
    settle: (command) => enqueue({ command }, undefined),
    alone: (work) => enqueue({ work }, undefined),
    drain: async () => {
      draining = true;
      if (!turns.isIdle()) await new Promise<void>((done) => drained.add(done));
      stopSweeping();
    },
    depth: queue.length,
  };
};
