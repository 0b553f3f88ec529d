import type { Books } from './books.ts';
import type { Needs } from './rows.ts';

/** One decision: what it must have in hand, and the pure code that takes it. */
export interface Command<Answer> {
  needs: Partial<Needs>;
  /** How many ordinary commands it is worth; 1 when absent. */
  size?: number;
  /**
   * Where it decides on several things, and one that cannot be booked for a bug must not take the others with it: what the log says
   * of each.
   */
  parts?: readonly object[];
  /**
   * Reads and changes the books and answers. May run more than once; only the last run's changes are written. Parts that
   * have `failed` are left out and answered as failed.
   */
  decide(books: Books, at: Date, failed: ReadonlySet<number>): Answer;
  /** Called after the commit, in the order of the commands, before any caller is answered. */
  committed?(answer: Answer): void;
}
