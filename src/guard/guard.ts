import { RefusedError } from '../errors.ts';
import type { BreakerRules, CircuitState } from './breaker.ts';
import { createBulkhead } from './bulkhead.ts';
import { type Circuit, createCircuit } from './circuit.ts';
import { type Work, withDeadline } from './deadline.ts';
import { CallerGone, type FailureKind, failureKind } from './failure.ts';
import { createPauses, createRetryBudget, pause, type RetryRules } from './retry.ts';
import { createSilence, type Pending } from './silence.ts';
import { createStale, type Read, type StaleRules } from './stale.ts';

export interface GuardRules {
  breaker: BreakerRules;
  /** From the first attempt to the last answer, the queue and the pauses included. */
  call_ms: number;
  /** An answer that takes longer is overdue: while nothing is answered, nothing new is begun that will need the dependency. */
  slow_ms: number;
  concurrent: number;
  queue: number;
  retry: RetryRules;
  stale: StaleRules;
}

/** How a call ended, in the words of the metrics. OTHER: an answer, or a bug of ours; not the dependency's failure. */
export type Outcome = 'OK' | FailureKind | 'REFUSED' | 'FULL' | 'GONE' | 'OTHER';

export interface CallOptions {
  /** The caller's own: aborted when it goes away or its time is over. */
  signal?: AbortSignal | undefined;
  /** Doing it twice is the same as once: a failure may be tried again. */
  idempotent?: boolean;
  /** Instead of the dependency's usual deadline. */
  call_ms?: number;
  /** So long the dependency may wait by itself before it answers, as for news. */
  longer_ms?: number;
}

export interface Guard {
  /**
   * Calls the dependency: retry → breaker → bulkhead → deadline → `work`. Rejects with DEPENDENCY_UNAVAILABLE when the
   * circuit is open and with OVERLOADED when too many wait: then nothing was sent. Any other rejection is what `work`
   * rejected with, or its deadline, and whether it was done is not known.
   */
  call<Value>(work: Work<Value>, options?: CallOptions): Promise<Value>;
  /** A call that changes nothing: repeated, and when that does not help answered with the last good answer, marked stale. */
  read<Value>(key: string, work: Work<Value>, options?: Omit<CallOptions, 'idempotent'>): Promise<Read<Value>>;
  circuit: Circuit;
  active(): number;
  waiting(): number;
}

export interface GuardOptions {
  name: string;
  rules: GuardRules;
  /** Of a clock that never steps back. */
  now_ms(): number;
  observe(outcome: Outcome, took_ms: number): void;
  changed(state: CircuitState): void;
}

/** It did not answer, or was not asked. */
const isAway = (error: unknown): boolean =>
  failureKind(error) !== undefined ||
  (error instanceof RefusedError && (error.code === 'DEPENDENCY_UNAVAILABLE' || error.code === 'OVERLOADED'));

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Protects one named dependency. */
export const createGuard = ({ name, rules, now_ms, observe, changed }: GuardOptions): Guard => {
  const silence = createSilence(rules.slow_ms);
  const circuit = createCircuit({ name, rules: rules.breaker, now_ms, isSilent: silence.isSilent, changed });
  const bulkhead = createBulkhead(rules);
  const budget = createRetryBudget(rules.retry);
  const pauses = createPauses(rules.retry);
  const stale = createStale(rules.stale);

  /** What the end of a call says about the dependency. */
  const conclude = (ticket: number, sent: Pending, error: unknown, caller: AbortSignal | undefined): Outcome => {
    const kind = caller?.aborted || error instanceof CallerGone ? undefined : failureKind(error);
    if (kind === 'DEADLINE') silence.missed(sent, now_ms());
    else silence.dismissed(sent);
    if (kind !== undefined) {
      circuit.fail(ticket, kind, textOf(error));
      return kind;
    }
    // A refusal is an answer: the dependency works. Of another error nobody knows whose it is.
    if (error instanceof RefusedError) {
      silence.answered(sent);
      circuit.succeed(ticket);
    } else circuit.dismiss(ticket);
    return caller?.aborted || error instanceof CallerGone ? 'GONE' : 'OTHER';
  };

  const enter = async (ticket: number, until_ms: number, caller: AbortSignal | undefined): Promise<void> => {
    try {
      const left_ms = until_ms - now_ms();
      const place = left_ms > 0 ? bulkhead.enter(left_ms, caller) : undefined;
      if (place === true || (await place) === true) {
        // On a busy machine the turn may come when the time is over: a call without time says nothing.
        if (now_ms() < until_ms) return;
        bulkhead.leave();
      }
    } catch (error) {
      circuit.dismiss(ticket);
      observe('GONE', 0);
      throw error;
    }
    circuit.dismiss(ticket);
    observe('FULL', 0);
    throw new RefusedError('OVERLOADED', `Too many calls wait for ${name}.`, 1, { dependency: name });
  };

  const attempt = async <Value>(
    work: Work<Value>,
    until_ms: number,
    { signal: caller, longer_ms = 0 }: CallOptions,
  ): Promise<Value> => {
    if (caller?.aborted) throw new CallerGone();
    let ticket: number;
    try {
      ticket = circuit.admit();
    } catch (error) {
      observe('REFUSED', 0);
      throw error;
    }
    await enter(ticket, until_ms, caller);
    const began_ms = now_ms();
    const sent = silence.sent(began_ms, longer_ms);
    try {
      const value = await withDeadline(work, until_ms - began_ms, caller);
      silence.answered(sent);
      circuit.succeed(ticket);
      observe('OK', now_ms() - began_ms);
      return value;
    } catch (error) {
      observe(conclude(ticket, sent, error, caller), now_ms() - began_ms);
      throw error;
    } finally {
      bulkhead.leave();
    }
  };

  /** Whether the call may be made once more; waits for its moment. */
  const mayRetry = async (error: unknown, pause_ms: number, until_ms: number, caller: AbortSignal | undefined) => {
    const isWorth = failureKind(error) !== undefined && circuit.own().state === 'CLOSED';
    if (!isWorth || caller?.aborted || now_ms() + pause_ms >= until_ms || !budget.spend()) return false;
    await pause(pause_ms, caller);
    // The pause may have taken longer than it was to.
    return now_ms() < until_ms;
  };

  const repeated = async <Value>(work: Work<Value>, until_ms: number, options: CallOptions) => {
    const nextPause = pauses();
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(work, until_ms, options);
      } catch (error) {
        if (tries >= rules.retry.attempts) throw error;
        if (!(await mayRetry(error, nextPause(), until_ms, options.signal))) throw error;
      }
    }
  };

  const call = <Value>(work: Work<Value>, options: CallOptions = {}): Promise<Value> => {
    const until_ms = now_ms() + (options.call_ms ?? rules.call_ms);
    budget.earn();
    return options.idempotent ? repeated(work, until_ms, options) : attempt(work, until_ms, options);
  };

  return {
    call,
    read: async (key, work, options) => {
      try {
        return stale.keep(key, await call(work, { ...options, idempotent: true }), now_ms());
      } catch (error) {
        // Its answer is the truth, also when it is a no; only what keeps it from answering is bridged.
        const known = isAway(error) ? stale.find<Awaited<ReturnType<typeof work>>>(key, now_ms()) : undefined;
        if (known === undefined) throw error;
        return known;
      }
    },
    circuit,
    active: bulkhead.active,
    waiting: bulkhead.waiting,
  };
};
