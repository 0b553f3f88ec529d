import { Counter, Gauge } from '@prometheus-io/client';
import type { Metrics } from '../telemetry/metrics.ts';

export interface LimiterMetrics {
  refused(budget: string): void;
  storeIs(store: string, up: boolean): void;
  /** A take that the store did not answer. */
  missed(budget: string): void;
}

export const createLimiterMetrics = (metrics: Metrics): LimiterMetrics => {
  const registers = [metrics];
  const refused = new Counter({
    name: 'bourse_limiter_refused_total',
    help: 'Requests and commands that were over a limit.',
    labelNames: ['budget'],
    registers,
  });
  const missed = new Counter({
    name: 'bourse_limiter_store_missed_total',
    help: 'Takes that the shared store of the limits did not answer.',
    labelNames: ['budget'],
    registers,
  });
  const up = new Gauge({
    name: 'bourse_limiter_store_up',
    help: 'Whether the shared store of the limits answers.',
    labelNames: ['store'],
    registers,
  });
  return {
    refused: (budget) => refused.inc({ budget }),
    missed: (budget) => missed.inc({ budget }),
    storeIs: (store, isUp) => up.set({ store }, isUp ? 1 : 0),
  };
};
