/** The bounds of calls to what lies outside. Part of limits.ts. */
export const guard = {
  /** One call to a dependency, its queue, attempts and pauses included: a person still waits for the answer. */
  call_ms: 2_000,
  /** A dependency that answers nothing for so long has stopped speaking: ten times what a good one takes, half of a deadline. */
  slow_ms: 1_000,
  /** Calls to one dependency at a time: what hangs holds this many and no more. */
  concurrent: 16,
  /** Calls that wait for one of these; more are refused at once. */
  queue: 64,
  /** Half of the last twenty calls failed within half a minute: what fails now and then opens a circuit too. */
  window: { calls: 20, failed: 10, within_ms: 30_000 },
  /** At a time while a circuit is half open, and in a row to close it: one success may be luck. */
  probes: 2,
  /** At most a tenth of the calls is repeated in the long run; a short disturbance may use ten at once. */
  retry: { attempts: 3, base_ms: 50, cap_ms: 1_000, budget: 10, share: 0.1 },
  /** Old answers that stand in: a few hundred bytes each, and none that is older than a minute. */
  stale: { entries: 1_000, age_ms: 60_000 },
  /** How often processes tell each other of their circuits. */
  share_ms: 500,
  /** Of a failure's message, for operators. */
  errorText: 200,
  /** Calls of one dependency whose durations are kept for percentiles: 8 kB, and the last minutes of most. */
  latencies: 1_000,
} as const;
