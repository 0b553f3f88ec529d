import type { CircuitState } from '../../src/guard/breaker.ts';
import { createGuard, type GuardRules, type Outcome } from '../../src/guard/guard.ts';
import { guardRules } from '../../src/guard/rules.ts';

export const breaker = { failureThreshold: 5, openFor_s: 60 };

/** A guard whose clock a test moves; the deadlines of calls are real. */
export const testGuard = (special: Partial<GuardRules> = {}) => {
  let now_ms = 0;
  const outcomes: Outcome[] = [];
  const states: CircuitState[] = [];
  const guard = createGuard({
    name: 'upstream:test',
    rules: { ...guardRules(breaker), ...special },
    now_ms: () => now_ms,
    observe: (outcome) => outcomes.push(outcome),
    changed: (state) => states.push(state),
  });
  return {
    ...guard,
    outcomes,
    states,
    wait: (ms: number): void => {
      now_ms += ms;
    },
  };
};

export const refusedConnection = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));

/** Never answers, and stops when it is told to. */
export const hangs = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
