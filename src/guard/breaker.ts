export type CircuitState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

export interface BreakerRules {
  /** Failures in a row that open it. */
  failures: number;
  /** So many of the last calls failed, all of them within this time: opens it too, whatever succeeded between. */
  window: { calls: number; failed: number; within_ms: number };
  openFor_ms: number;
  /** Calls that go through at one time to find out whether it works again; so many successes in a row close it. */
  probes: number;
}

/** A call that was let through: the round that it belongs to. Given back once, with what became of it. */
export type Ticket = number;

export interface Breaker {
  /** Open and its time is over: HALF_OPEN, although no call has tried yet. */
  state(at_ms: number): CircuitState;
  /** Lets a call through, or not. */
  admit(at_ms: number): Ticket | undefined;
  /** How long it stays open; 0 when calls go through. */
  openFor_ms(at_ms: number): number;
  succeed(ticket: Ticket, at_ms: number): void;
  fail(ticket: Ticket, at_ms: number): void;
  /** The call ended without saying anything about the dependency. */
  dismiss(ticket: Ticket): void;
  /** Closed, and all that was seen before is forgotten. */
  reset(): void;
}

/** The last calls and whether they failed, in a ring: what "half of twenty within half a minute" is counted on. */
const createWindow = ({ calls, failed, within_ms }: BreakerRules['window']) => {
  const times = new Float64Array(calls);
  const failures = new Uint8Array(calls);
  let [count, next, failing] = [0, 0, 0];
  return {
    note: (isFailure: boolean, at_ms: number): void => {
      failing += Number(isFailure) - (failures[next] ?? 0);
      failures[next] = Number(isFailure);
      times[next] = at_ms;
      next = (next + 1) % calls;
      count += 1;
    },
    /** Once the ring is full, `next` is the oldest call. */
    isFailing: (at_ms: number): boolean =>
      count >= calls && failing >= failed && at_ms - (times[next] ?? 0) <= within_ms,
    clear: (): void => {
      [count, next, failing] = [0, 0, 0];
      failures.fill(0);
    },
  };
};

/**
 * The state of one circuit. Pure: time comes with every question, in milliseconds of any clock that never steps back.
 * What a call reports counts only in the round in which it was let through: an answer that comes after the circuit opened
 * says nothing about the dependency as it is now.
 */
export const createBreaker = (rules: BreakerRules, entered: (state: CircuitState) => void = () => {}): Breaker => {
  const window = createWindow(rules.window);
  let state: CircuitState = 'CLOSED';
  let round: Ticket = 1;
  let inARow = 0;
  let openUntil_ms = 0;
  let probing = 0;
  let succeeded = 0;

  const enter = (next: CircuitState): void => {
    state = next;
    round += 1;
    inARow = 0;
    probing = 0;
    succeeded = 0;
    window.clear();
    entered(next);
  };
  const open = (at_ms: number): void => {
    openUntil_ms = at_ms + rules.openFor_ms;
    enter('OPEN');
  };

  return {
    state: (at_ms) => (state === 'OPEN' && at_ms >= openUntil_ms ? 'HALF_OPEN' : state),
    openFor_ms: (at_ms) => (state === 'OPEN' ? Math.max(0, openUntil_ms - at_ms) : 0),
    admit: (at_ms) => {
      if (state === 'CLOSED') return round;
      if (state === 'OPEN') {
        if (at_ms < openUntil_ms) return undefined;
        enter('HALF_OPEN');
      }
      if (probing >= rules.probes) return undefined;
      probing += 1;
      return round;
    },
    succeed: (ticket, at_ms) => {
      if (ticket !== round) return;
      inARow = 0;
      if (state === 'CLOSED') {
        window.note(false, at_ms);
        return;
      }
      probing -= 1;
      succeeded += 1;
      if (succeeded >= rules.probes) enter('CLOSED');
    },
    fail: (ticket, at_ms) => {
      if (ticket !== round) return;
      if (state === 'HALF_OPEN') {
        open(at_ms);
        return;
      }
      inARow += 1;
      window.note(true, at_ms);
      if (inARow >= rules.failures || window.isFailing(at_ms)) open(at_ms);
    },
    dismiss: (ticket) => {
      if (ticket === round && state === 'HALF_OPEN') probing -= 1;
    },
    reset: () => enter('CLOSED'),
  };
};
