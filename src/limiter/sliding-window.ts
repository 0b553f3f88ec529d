import type { Verdict, WindowRule } from './rule.ts';

/** Counts of two fixed windows; of the previous one counts the part that the sliding window still covers. */
export interface WindowState {
  /** The number of the window since 1970. */
  window: number;
  current: number;
  previous: number;
}

export const unusedWindow: WindowState = { window: 0, current: 0, previous: 0 };

/** Where an instant lies. */
export const windowAt = (rule: WindowRule, now_us: number): { window: number; elapsed_ms: number } => {
  const now_ms = Math.floor(now_us / 1_000);
  const window = Math.floor(now_ms / rule.period_ms);
  return { window, elapsed_ms: now_ms - window * rule.period_ms };
};

/**
 * The state as it counts now. A state of the next window comes from a clock that is a little ahead, and its window is
 * taken to begin now; one from further ahead says nothing.
 */
const rolled = (rule: WindowRule, state: WindowState, now_us: number): WindowState & { elapsed_ms: number } => {
  const { window, elapsed_ms } = windowAt(rule, now_us);
  if (state.window === window) return { ...state, elapsed_ms };
  if (state.window === window + 1) return { ...state, elapsed_ms: 0 };
  return { window, current: 0, previous: state.window === window - 1 ? state.current : 0, elapsed_ms };
};

/** Counts times the period, so that the weighting needs no fraction. */
const weightOf = (rule: WindowRule, state: WindowState & { elapsed_ms: number }): number =>
  state.previous * (rule.period_ms - state.elapsed_ms) + state.current * rule.period_ms;

export const windowAllows = (rule: WindowRule, state: WindowState, cost: number, now_us: number): boolean =>
  cost <= 0 || weightOf(rule, rolled(rule, state, now_us)) + cost * rule.period_ms <= rule.limit * rule.period_ms;

export const windowAfter = (rule: WindowRule, state: WindowState, cost: number, now_us: number): WindowState => {
  const { window, current, previous } = rolled(rule, state, now_us);
  const taken = windowAllows(rule, state, cost, now_us) ? Math.max(0, current + cost) : current;
  return { window, current: taken, previous };
};

/** How far a window must have gone for its predecessor's count to leave room. */
const roomAt_ms = (rule: WindowRule, previous: number, room: number): number =>
  previous === 0 ? 0 : Math.max(0, rule.period_ms - Math.floor((room * rule.period_ms) / previous));

const retryAfter_ms = (rule: WindowRule, state: WindowState & { elapsed_ms: number }, cost: number): number => {
  const room = rule.limit - cost - state.current;
  if (room >= 0) return roomAt_ms(rule, state.previous, room) - state.elapsed_ms;
  return rule.period_ms - state.elapsed_ms + roomAt_ms(rule, state.current, rule.limit - cost);
};

/** What the caller is told, from what was stored by the take. */
export const windowVerdict = (
  rule: WindowRule,
  stored: WindowState,
  allowed: boolean,
  cost: number,
  now_us: number,
): Verdict => {
  const state = rolled(rule, stored, now_us);
  const rest_ms = rule.period_ms - state.elapsed_ms;
  const reset_ms = state.current > 0 ? rest_ms + rule.period_ms : state.previous > 0 ? rest_ms : 0;
  return {
    allowed,
    remaining: Math.max(0, rule.limit - Math.ceil(weightOf(rule, state) / rule.period_ms)),
    retryAfter_us: allowed ? 0 : retryAfter_ms(rule, state, cost) * 1_000,
    resetAfter_us: reset_ms * 1_000,
  };
};
