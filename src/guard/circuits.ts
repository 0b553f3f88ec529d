import type { Command } from '../audit/command.ts';
import { failure } from '../errors.ts';
import { operate } from '../identity/viewer/operate.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import { retryAfterOf } from './circuit.ts';
import type { Guard } from './guard.ts';
import type { CircuitView, Guards } from './guards.ts';
import { saveIsolated, saveReset } from './store.ts';

/** What fields may declare that they depend on. Which dependency that is, is a matter of configuration. */
export type Dependency = 'venue' | 'quotes';

/** How a dependency stands, for whoever asked for a field that needs it. */
export interface DependencyReport {
  state: CircuitView['state'];
  retryAfter?: number;
  /** The answer was made from what the dependency said earlier. */
  stale?: true;
}

export interface CircuitInput {
  name: string;
  reason?: string | null | undefined;
}

export interface CircuitsOptions {
  guards: Pick<Guards, 'list' | 'find' | 'learn' | 'share' | 'calls' | 'latency'>;
  command: Command;
  dependencies: Readonly<Record<Dependency, { guard: Guard; isStale(): boolean }>>;
}

/** What operators do to circuits, and what fields ask of them. */
export const createCircuits = ({ guards, command, dependencies }: CircuitsOptions) => {
  const change =
    (action: 'resetCircuit' | 'isolateCircuit', save: typeof saveIsolated) =>
    async (by: Actor, { name, reason = null }: CircuitInput): Promise<Result<CircuitView>> => {
      const absent = refused(failure('NOT_FOUND', 'No dependency has this name; `circuits` lists them.', 'name'));
      if (guards.find(name) === undefined) return absent;
      const operation = { by, action, permission: 'circuits:operate', target: name, reason } as const;
      const result = await operate(command, operation, async ({ tx, now }) =>
        ok(await save(tx, name, reason ?? '', now)),
      );
      if (!result.ok) return result;
      const view = guards.learn(result.value);
      await guards.share();
      return view === undefined ? absent : ok(view);
    };

  return {
    list: guards.list,
    find: guards.find,
    calls: guards.calls,
    latency: guards.latency,
    /** Closes a circuit, in every process within a second, and takes it back into use if it was isolated. */
    reset: change('resetCircuit', (tx, name, _reason, now) => saveReset(tx, name, now)),
    /** Keeps a dependency out of use in every process until it is reset. */
    isolate: change('isolateCircuit', saveIsolated),
    /** Refuses with DEPENDENCY_UNAVAILABLE unless the circuit is closed. */
    check: (dependency: Dependency): void => dependencies[dependency].guard.circuit.check(),
    report: (dependency: Dependency): [name: string, report: DependencyReport] => {
      const { guard, isStale } = dependencies[dependency];
      const status = guard.circuit.status();
      const { name, state } = status;
      const retryAfter = retryAfterOf(status);
      return [
        name,
        {
          state,
          ...(retryAfter !== undefined && { retryAfter }),
          ...(isStale() && { stale: true as const }),
        },
      ];
    },
  };
};

export type Circuits = ReturnType<typeof createCircuits>;
