import type { Command } from '../audit/command.ts';
import { failure, RefusedError } from '../errors.ts';
import { hasPermission } from '../identity/permissions.ts';
import { lockActiveUser } from '../identity/store.ts';
import type { Actor } from '../identity/viewer.ts';
import { checkReason } from '../kernel/reason.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import { limits } from '../limits.ts';
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
  guards: Pick<Guards, 'list' | 'find' | 'share' | 'calls' | 'latency'>;
  command: Command;
  dependencies: Readonly<Record<Dependency, { guard: Guard; isStale(): boolean }>>;
}

/** What operators do to circuits, and what fields ask of them. */
export const createCircuits = ({ guards, command, dependencies }: CircuitsOptions) => {
  const change =
    (action: 'resetCircuit' | 'isolateCircuit', save: (...step: Parameters<typeof saveIsolated>) => Promise<void>) =>
    async (by: Actor, { name, reason = null }: CircuitInput): Promise<Result<CircuitView>> => {
      const absent = refused(failure('NOT_FOUND', 'No dependency has this name; `circuits` lists them.', 'name'));
      if (guards.find(name) === undefined) return absent;
      const problem = reason === null ? undefined : checkReason(reason, 'reason', limits.text.reason);
      if (problem !== undefined) return refused(problem);
      const result = await command<string>({ by, action, target: name, details: { reason } }, async ({ tx, now }) => {
        const { roles } = await lockActiveUser(tx, by.userId);
        if (!hasPermission(roles, 'circuits:operate')) {
          throw new RefusedError('FORBIDDEN', 'This needs the permission "circuits:operate".');
        }
        await save(tx, name, reason ?? '', now);
        return ok(name);
      });
      if (!result.ok) return result;
      await guards.share();
      const view = guards.find(name);
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
      const { name, state, openFor_ms } = guard.circuit.status();
      const isOpen = state === 'OPEN';
      return [
        name,
        {
          state,
          ...(isOpen && { retryAfter: Math.max(1, Math.ceil(openFor_ms / 1_000)) }),
          ...(isStale() && { stale: true as const }),
        },
      ];
    },
  };
};

export type Circuits = ReturnType<typeof createCircuits>;
