import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { createRefreshed } from '../kernel/refreshed.ts';
import { limits } from '../limits.ts';
import type { Figures } from '../telemetry/latest.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { CircuitState } from './breaker.ts';
import { retryAfterOf } from './circuit.ts';
import { createGuard, type Guard } from './guard.ts';
import { type CallCount, createGuardMetrics } from './metrics.ts';
import { guardRules, type Special } from './rules.ts';
import type { CircuitStore, SharedCircuit } from './store.ts';

/** A circuit as operators see it. */
export interface CircuitView {
  name: string;
  state: CircuitState;
  isolated: boolean;
  reason: string | null;
  changedAt: Date;
  /** Whole seconds until it is tried again; null while calls go through. */
  retryAfter_s: number | null;
  lastError: string | null;
  failures: number;
  probesSucceeded: number;
}

export interface Guards {
  /** Makes the guard of a named dependency, once, at the start. */
  define(name: string, special?: Special): Guard;
  list(): CircuitView[];
  find(name: string): CircuitView | undefined;
  /** What the telemetry of this process has of a dependency's calls. */
  calls(name: string): Promise<CallCount[]>;
  latency(name: string): Figures | undefined;
  /** Goes by a row that was just written, without reading it again. */
  learn(row: SharedCircuit): CircuitView | undefined;
  /** Tells the others what this process has found, and hears what they have. */
  share(): Promise<void>;
  stop(): void;
}

export interface GuardsOptions {
  store: CircuitStore;
  breaker: Config['breaker'];
  clock: Clock;
  /** Of a clock that never steps back. */
  now_ms(): number;
  /** This process, among those that share the database. */
  processId: string;
  metrics: Metrics;
  log: Pick<Log, 'warn' | 'info'>;
}

const lastErrorOf = ({ circuit }: Guard): string | undefined =>
  circuit.status().lastFailure?.message.slice(0, limits.guard.errorText);

/**
 * All guards of this process. Each process goes by its own breakers and writes every change of one into a small table,
 * which all of them read twice a second: so a process that has not called a dependency lately knows what the others
 * found, and what an operator decides holds everywhere, also for processes that start later.
 */
export const createGuards = async (options: GuardsOptions): Promise<Guards> => {
  const { store, breaker, clock, now_ms, processId, log } = options;
  const metrics = createGuardMetrics(options.metrics, { clock, now_ms });
  const startedAt = clock.now();
  const guards = new Map<string, Guard>();
  const resets = new Map<string, number>();
  const untold = new Set<string>();

  const tell = async (name: string): Promise<void> => {
    const guard = guards.get(name);
    if (guard === undefined) return;
    const { state, openFor_ms } = guard.circuit.own();
    const changedAt = clock.now();
    await store.save({
      name,
      state,
      openUntil: state === 'OPEN' ? new Date(changedAt.getTime() + openFor_ms) : null,
      lastError: lastErrorOf(guard) ?? null,
      changedBy: processId,
      changedAt,
    });
  };
  const read = async (): Promise<ReadonlyMap<string, SharedCircuit>> => {
    for (const name of untold) {
      untold.delete(name);
      await tell(name).catch((error: unknown) => {
        untold.add(name);
        throw error;
      });
    }
    return new Map((await store.all()).map((row) => [row.name, row]));
  };

  const hear = (guard: Guard, name: string, row: SharedCircuit | undefined): void => {
    const { circuit } = guard;
    if (row === undefined) return;
    if (row.resets > (resets.get(name) ?? 0)) {
      circuit.reset();
      untold.delete(name);
    }
    resets.set(name, row.resets);
    const theirs = row.changedBy !== processId && row.openUntil !== null;
    const openFor_ms = theirs ? Number(row.openUntil) - clock.now().getTime() : 0;
    circuit.hear({
      isolated: row.isolated,
      state: row.changedBy === processId ? 'CLOSED' : row.state,
      openUntil_ms: openFor_ms > 0 ? now_ms() + openFor_ms : 0,
    });
  };
  const shared = await createRefreshed({
    read,
    every_ms: limits.guard.share_ms,
    changed: (rows) => {
      for (const [name, guard] of guards) hear(guard, name, rows.get(name));
    },
    failed: (error) => log.warn({ err: error }, 'the states of circuits could not be shared'),
  });

  const view = (name: string, guard: Guard, row = shared.get().get(name)): CircuitView => {
    const status = guard.circuit.status();
    const { state, isolated, failures, probesSucceeded } = status;
    return {
      name,
      state,
      isolated,
      reason: isolated ? (row?.reason ?? null) : null,
      changedAt: row?.changedAt ?? startedAt,
      retryAfter_s: retryAfterOf(status) ?? null,
      lastError: lastErrorOf(guard) ?? row?.lastError ?? null,
      failures,
      probesSucceeded,
    };
  };

  return {
    define: (name, special) => {
      if (guards.has(name)) throw new Error(`the dependency ${name} has a guard already`);
      const guard = createGuard({
        name,
        rules: guardRules(breaker, special),
        now_ms,
        observe: metrics.observer(name),
        changed: (state) => {
          log[state === 'OPEN' ? 'warn' : 'info']({ dependency: name, state }, 'a circuit changed');
          untold.add(name);
          // Not told now is told by the next turn.
          void shared.refresh();
        },
      });
      guards.set(name, guard);
      resets.set(name, shared.get().get(name)?.resets ?? 0);
      hear(guard, name, shared.get().get(name));
      metrics.watch(name, guard);
      return guard;
    },
    list: () => [...guards].map(([name, guard]) => view(name, guard)),
    find: (name) => {
      const guard = guards.get(name);
      return guard && view(name, guard);
    },
    learn: (row) => {
      const guard = guards.get(row.name);
      if (guard === undefined) return undefined;
      hear(guard, row.name, row);
      return view(row.name, guard, row);
    },
    calls: metrics.calls,
    latency: metrics.latency,
    share: shared.refresh,
    stop: shared.stop,
  };
};
