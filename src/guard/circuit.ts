import { RefusedError } from '../errors.ts';
import { type Breaker, type BreakerRules, type CircuitState, createBreaker, type Ticket } from './breaker.ts';
import type { FailureKind } from './failure.ts';

/** How a circuit stands, for operators and metrics. */
export interface CircuitStatus {
  name: string;
  state: CircuitState;
  /** Held open by an operator. */
  isolated: boolean;
  /** Until the next probe, while calls are refused. */
  openFor_ms: number;
  lastFailure: { kind: FailureKind; message: string; at_ms: number } | undefined;
  /** In a row, as this process saw them; they go on being counted while it opens again and again. */
  failures: number;
  /** Of the calls that find out whether it works again; 0 unless it is half open. */
  probesSucceeded: number;
}

/** Whole seconds until it is tried again; undefined while calls go through, or find out. */
export const retryAfterOf = ({ state, openFor_ms }: Pick<CircuitStatus, 'state' | 'openFor_ms'>): number | undefined =>
  state === 'OPEN' ? Math.max(1, Math.ceil(openFor_ms / 1_000)) : undefined;

/** What other processes and operators have said about a circuit, as far as this process has heard. */
export interface Hearsay {
  isolated: boolean;
  /** What another process found last; CLOSED when that was this one. */
  state: CircuitState;
  /** Another process found it open, until then on this process's clock; 0 when none did. */
  openUntil_ms: number;
}

export interface Circuit {
  /** Lets a call through or refuses it with DEPENDENCY_UNAVAILABLE. */
  admit(): Ticket;
  /**
   * Refuses unless the circuit is closed, and lets nothing through: for what will need the dependency only later. Whether it
   * works again is found out by calls, not by what would have to wait for their outcome.
   */
  check(): void;
  succeed(ticket: Ticket): void;
  fail(ticket: Ticket, kind: FailureKind, message: string): void;
  dismiss(ticket: Ticket): void;
  status(): CircuitStatus;
  /** The breaker's own finding, which other processes are told. */
  own(): Pick<CircuitStatus, 'state' | 'openFor_ms'>;
  hear(hearsay: Hearsay): void;
  reset(): void;
}

export interface CircuitOptions {
  name: string;
  rules: BreakerRules;
  /** Of a clock that never steps back. */
  now_ms(): number;
  /** Calls are on their way, and none is answered. */
  isSilent(at_ms: number): boolean;
  /** The breaker's own state is another one now. */
  changed(state: CircuitState): void;
}

const nothing: Hearsay = { isolated: false, state: 'CLOSED', openUntil_ms: 0 };

/** A probe is on its way: its outcome is known within a moment. */
const PROBING_s = 1;

/**
 * One breaker with what others say about it. The local breaker decides: what another process found counts only while
 * this one has not called the dependency itself for as long as the breaker's window, so that a process with a network
 * of its own trouble cannot close the dependency to all. An operator's word counts always.
 */
export const createCircuit = ({ name, rules, now_ms, isSilent, changed }: CircuitOptions): Circuit => {
  const breaker: Breaker = createBreaker(rules, changed);
  let hearsay: Hearsay = nothing;
  let lastFailure: CircuitStatus['lastFailure'];
  let failures = 0;
  let probesSucceeded = 0;
  let knownUntil_ms = Number.NEGATIVE_INFINITY;

  /** This process goes by what it saw itself. */
  const knows = (at_ms: number): boolean => at_ms < knownUntil_ms || breaker.state(at_ms) !== 'CLOSED';
  /** How long others keep it open for this process. */
  const heardFor_ms = (at_ms: number): number => (knows(at_ms) ? 0 : Math.max(0, hearsay.openUntil_ms - at_ms));

  const own = (at_ms: number): Pick<CircuitStatus, 'state' | 'openFor_ms'> => ({
    state: breaker.state(at_ms),
    openFor_ms: breaker.openFor_ms(at_ms),
  });
  const status = (): CircuitStatus => {
    const at_ms = now_ms();
    const heard_ms = heardFor_ms(at_ms);
    const seen = { name, isolated: hearsay.isolated, lastFailure, failures, probesSucceeded };
    if (hearsay.isolated) return { ...seen, state: 'OPEN', openFor_ms: rules.openFor_ms };
    if (heard_ms > 0) return { ...seen, state: 'OPEN', openFor_ms: heard_ms };
    // Theirs was open and its time is over, or they are trying: the next call finds out.
    if (!knows(at_ms) && hearsay.state !== 'CLOSED') return { ...seen, state: 'HALF_OPEN', openFor_ms: 0 };
    const mine = own(at_ms);
    const isDoubtful = mine.state === 'CLOSED' && isSilent(at_ms);
    return { ...seen, ...mine, ...(isDoubtful && { state: 'HALF_OPEN' }) };
  };
  const refusal = (): RefusedError => {
    const now = status();
    const { isolated, state } = now;
    const failed = state === 'OPEN' ? 'it has failed too often' : 'whether it works again is being found out';
    const why = isolated ? 'an operator has taken it out of use' : failed;
    const retryAfter_s = retryAfterOf(now) ?? PROBING_s;
    const details = { dependency: name, state };
    return new RefusedError('DEPENDENCY_UNAVAILABLE', `${name} is not asked now: ${why}.`, retryAfter_s, details);
  };

  return {
    admit: () => {
      const at_ms = now_ms();
      if (hearsay.isolated || heardFor_ms(at_ms) > 0) throw refusal();
      const ticket = breaker.admit(at_ms);
      if (ticket === undefined) throw refusal();
      return ticket;
    },
    check: () => {
      if (status().state !== 'CLOSED') throw refusal();
    },
    succeed: (ticket) => {
      const at_ms = now_ms();
      knownUntil_ms = at_ms + rules.window.within_ms;
      breaker.succeed(ticket, at_ms);
      failures = 0;
      probesSucceeded = breaker.state(at_ms) === 'HALF_OPEN' ? probesSucceeded + 1 : 0;
      if (hearsay.state === 'CLOSED' || breaker.state(at_ms) !== 'CLOSED') return;
      // The others have not found out yet, or the one that found it open has ended.
      hearsay = { ...hearsay, state: 'CLOSED' };
      changed('CLOSED');
    },
    fail: (ticket, kind, message) => {
      const at_ms = now_ms();
      knownUntil_ms = at_ms + rules.window.within_ms;
      lastFailure = { kind, message, at_ms };
      failures += 1;
      probesSucceeded = 0;
      breaker.fail(ticket, at_ms);
    },
    dismiss: breaker.dismiss,
    status,
    own: () => own(now_ms()),
    hear: (heard) => {
      hearsay = heard;
    },
    reset: () => {
      hearsay = nothing;
      failures = 0;
      probesSucceeded = 0;
      breaker.reset();
    },
  };
};
