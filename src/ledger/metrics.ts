import { Gauge } from '@prometheus-io/client';
import { tenTo } from '../kernel/decimal.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Ledger } from './ledger.ts';

/** What the house stands in for, for GET /metrics; read from the books when it is asked for, so every process says the same. */
export const createLedgerMetrics = (
  metrics: Metrics,
  { covered, scaleOf }: Pick<Ledger, 'covered' | 'scaleOf'>,
  log: Pick<Log, 'warn'>,
): void => {
  new Gauge({
    name: 'bourse_covered',
    help: 'What the house has given for customers who were short, by asset: USD-OWED is what they owe, units are sold short to them.',
    labelNames: ['asset'] as const,
    registers: [metrics],
    async collect() {
      try {
        // A figure for people: beyond 15 digits it is rounded.
        for (const { asset, amount } of await covered())
          this.set({ asset }, Number(amount) / Number(tenTo(scaleOf(asset))));
      } catch (error) {
        log.warn({ err: error }, 'what the house covers could not be read for the metrics');
      }
    },
  });
};
