/** Time is injected: use cases never read the machine's clock themselves, so tests and simulations own it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
