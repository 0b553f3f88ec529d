/** A call that is on its way. */
export interface Pending {
  began_ms: number;
  /** From then on its answer is overdue. */
  due_ms: number;
}

export interface Silence {
  /** A call goes out; `longer_ms` is what its answer may take beyond the usual. */
  sent(at_ms: number, longer_ms: number): Pending;
  answered(call: Pending): void;
  /** Its deadline came first. */
  missed(call: Pending, at_ms: number): void;
  /** It ended without saying whether the dependency still speaks. */
  dismissed(call: Pending): void;
  isSilent(at_ms: number): boolean;
}

/**
 * Whether a dependency has stopped speaking. A breaker counts calls that have failed, and one that hangs fails none before its
 * deadline; where calls go one after the other, as orders do, that is five deadlines in a row. A dependency is silent from the
 * moment when an answer is overdue, until something is answered that was asked later: an answer to an older question tells
 * nothing. A missed deadline keeps it silent a little longer, so that the pause before the next call is not taken for peace; when
 * nobody calls, that passes too. Pure: time comes with every question.
 */
export const createSilence = (patience_ms: number): Silence => {
  const calls = new Set<Pending>();
  /** The latest call that was answered, and the latest that was missed, by when they went out. */
  let answered_ms = Number.NEGATIVE_INFINITY;
  let missed_ms = Number.NEGATIVE_INFINITY;
  let doubtfulUntil_ms = Number.NEGATIVE_INFINITY;

  const isSilent = (at_ms: number): boolean => {
    if (at_ms < doubtfulUntil_ms && missed_ms > answered_ms) return true;
    for (const { began_ms, due_ms } of calls) if (due_ms <= at_ms && began_ms > answered_ms) return true;
    return false;
  };

  return {
    sent: (at_ms, longer_ms) => {
      const call = { began_ms: at_ms, due_ms: isSilent(at_ms) ? at_ms : at_ms + patience_ms + longer_ms };
      calls.add(call);
      return call;
    },
    answered: (call) => {
      calls.delete(call);
      answered_ms = Math.max(answered_ms, call.began_ms);
    },
    missed: (call, at_ms) => {
      calls.delete(call);
      missed_ms = Math.max(missed_ms, call.began_ms);
      doubtfulUntil_ms = at_ms + patience_ms;
    },
    dismissed: (call) => {
      calls.delete(call);
    },
    isSilent,
  };
};
