import type { Needs } from './rows.ts';

/** What waits for its turn: a command with the accounts that it locks, or work that must run alone. */
export interface Waits {
  command?: { needs: Partial<Needs>; size?: number } | undefined;
}

export const sizeOf = ({ command }: Waits): number => (command === undefined ? 0 : (command.size ?? 1));

export interface Picked<Item> {
  batch: Item[];
  size: number;
  /** The queue without it. */
  rest: Item[];
}

/**
 * The next batch: what waits, in its order, up to work that must run alone. A command whose accounts are in another batch's hands stays, and
 * with it every later one on any of its accounts, so that the commands of one account keep their order. A command that
 * is larger than a batch is a batch of its own.
 */
export const pickBatch = <Item extends Waits>(
  queue: readonly Item[],
  taken: Iterable<string>,
  most: number,
): Picked<Item> => {
  const blocked = new Set(taken);
  const [batch, left]: [Item[], Item[]] = [[], []];
  let size = 0;
  let end = 0;
  for (const next of queue) {
    if (next.command === undefined) break;
    const accounts = next.command.needs.accounts ?? [];
    if (blocked.size > 0 && accounts.some((account) => blocked.has(account))) {
      for (const account of accounts) blocked.add(account);
      left.push(next);
    } else {
      if (batch.length > 0 && size + sizeOf(next) > most) break;
      batch.push(next);
      size += sizeOf(next);
    }
    end += 1;
  }
  return { batch, size, rest: [...left, ...queue.slice(end)] };
};
