import { Gauge, Histogram } from '@prometheus-io/client';
import type { Clock } from '../kernel/clock.ts';
import { limits } from '../limits.ts';
import { createLatest, type Figures, type Latest } from '../telemetry/latest.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { CircuitState } from './breaker.ts';
import type { Guard, Outcome } from './guard.ts';

const states: readonly CircuitState[] = ['CLOSED', 'HALF_OPEN', 'OPEN'];
const MS = 1_000;
const CALLS = 'bourse_dependency_call_seconds';

/** Ends of calls that were never sent, or whose caller did not wait: they took the dependency no time. */
const unmeasured = new Set<Outcome>(['REFUSED', 'FULL', 'GONE']);

export interface CallCount {
  outcome: Outcome;
  count: number;
}

/** What guards count, for GET /metrics. States are read when they are asked for; only calls are counted as they happen. */
export const createGuardMetrics = (metrics: Metrics, time: { clock: Clock; now_ms(): number }) => {
  const watched = new Map<string, Guard>();
  const latencies = new Map<string, Latest>();
  const registers = [metrics];
  const calls = new Histogram({
    name: CALLS,
    help: 'How long calls to a dependency took, by how they ended; REFUSED and FULL were never sent.',
    labelNames: ['dependency', 'outcome'] as const,
    buckets: [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10],
    registers,
  });
  new Gauge({
    name: 'bourse_circuit_state',
    help: '1 for the state that a circuit is in.',
    labelNames: ['dependency', 'state'] as const,
    registers,
    collect() {
      for (const [dependency, { circuit }] of watched) {
        const now = circuit.status().state;
        for (const state of states) this.set({ dependency, state }, Number(state === now));
      }
    },
  });
  new Gauge({
    name: 'bourse_dependency_calls_pending',
    help: 'Calls to a dependency that are under way, and those that wait for a place.',
    labelNames: ['dependency', 'place'] as const,
    registers,
    collect() {
      for (const [dependency, guard] of watched) {
        this.set({ dependency, place: 'active' }, guard.active());
        this.set({ dependency, place: 'waiting' }, guard.waiting());
      }
    },
  });
  new Gauge({
    name: 'bourse_dependency_last_failure_timestamp_seconds',
    help: 'When a dependency failed last, and how.',
    labelNames: ['dependency', 'kind'] as const,
    registers,
    collect() {
      this.reset();
      for (const [dependency, { circuit }] of watched) {
        const { lastFailure } = circuit.status();
        if (lastFailure === undefined) continue;
        const ago_ms = time.now_ms() - lastFailure.at_ms;
        this.set({ dependency, kind: lastFailure.kind }, (time.clock.now().getTime() - ago_ms) / MS);
      }
    },
  });

  return {
    watch: (name: string, guard: Guard): void => void watched.set(name, guard),
    /** The series of one dependency, looked up once for each outcome instead of at every call. */
    observer: (dependency: string) => {
      const series = new Map<Outcome, Histogram.Internal<'dependency' | 'outcome'>>();
      const latest = createLatest(limits.guard.latencies);
      latencies.set(dependency, latest);
      return (outcome: Outcome, took_ms: number): void => {
        const known = series.get(outcome) ?? calls.labels({ dependency, outcome });
        series.set(outcome, known);
        known.observe(took_ms / MS);
        if (!unmeasured.has(outcome)) latest.add(took_ms);
      };
    },
    /** How many calls of a dependency ended how, as the histogram has counted them. */
    calls: async (dependency: string): Promise<CallCount[]> => {
      const { values } = await calls.get();
      return values.flatMap(({ metricName, labels, value }) => {
        const { dependency: whose, outcome } = labels as { dependency?: string; outcome?: Outcome };
        const isCount = metricName === `${CALLS}_count` && whose === dependency;
        return isCount && outcome !== undefined ? [{ outcome, count: value }] : [];
      });
    },
    /** Of its last calls, in milliseconds. */
    latency: (dependency: string): Figures | undefined => latencies.get(dependency)?.figures(),
  };
};
