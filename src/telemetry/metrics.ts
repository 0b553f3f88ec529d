import { Registry } from '@prometheus-io/client';

/** Where every part keeps its counters: made once in app/ground.ts and handed in, so that tests never share one. */
export type Metrics = Registry;

export const createMetrics = (): Metrics => new Registry();
