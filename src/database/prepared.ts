import { hash } from 'node:crypto';

export interface Prepared {
  name: string;
  text: string;
  values: unknown[];
}

/**
 * A statement under a name that its text gives it: each connection parses it once and, after five times, has one plan for good.
 * Only for statements of which there are few: a connection keeps every one that it has ever seen.
 */
export const prepared = (text: string, values: unknown[]): Prepared => ({
  name: hash('sha1', text, 'base64url'),
  text,
  values,
});

/**
 * A parameter that the planner is not shown. With the values in sight, Postgres compares what a plan for them would cost with what
 * the plan for all would, and may plan every call anew: more work than reading the page. Unseen, both are the same plan. (The second cast keeps `ANY` from taking the array for rows.)
 */
export const unseen = (parameter: string, type: string): string => `(SELECT ${parameter}::${type})::${type}`;

/**
 * The first so many rows of an ordered statement. The planner takes an unseen number for a tenth of the table, which is best sorted
 * as a whole; the bound that it is shown makes it go along an index.
 */
export const firstOf = (ordered: string, { count, atMost }: { count: string; atMost: number }): string =>
  `SELECT * FROM (${ordered} LIMIT ${atMost}) first LIMIT ${unseen(count, 'bigint')}`;
