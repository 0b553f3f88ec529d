import type { Circuit } from './circuit.ts';
import { failureKind } from './failure.ts';

/** A dependency that keeps its own deadline and finds out by itself whether it works, as operators see it. */
export interface Watched {
  found(works: boolean, error?: unknown): void;
  /** An operator wants it left alone. */
  isIsolated(): boolean;
}

/** Tells a circuit what was found: one failure opens it where its rules say so, one success closes it. */
export const watched = (circuit: Circuit): Watched => ({
  found: (works, error) => {
    let ticket: number;
    try {
      ticket = circuit.admit();
    } catch {
      // It is open, as another process or an operator says: there is nothing to add.
      return;
    }
    if (works) circuit.succeed(ticket);
    else circuit.fail(ticket, failureKind(error) ?? 'DEADLINE', error instanceof Error ? error.message : String(error));
  },
  isIsolated: () => circuit.status().isolated,
});
