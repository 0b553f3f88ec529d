import { z } from 'zod';
import { toJson } from '../../kernel/json.ts';
import { limits } from '../../limits.ts';
import {
  acknowledged,
  canceled,
  id,
  name,
  order,
  reason,
  rejected,
  spent,
  trailedOn,
  triggered,
  units,
} from '../shapes.ts';
import type { Foreseen, VenueOrder } from '../venue.ts';

/* What two processes say to each other about an order that might be placed: a question in one notification, its answer in some. */

export interface Question {
  id: string;
  /** The channel on which the answer is waited for. */
  reply: string;
  order: VenueOrder;
}

/** Why there is no answer, or what is foreseen. */
export type Answer = 'NO_BOOKS' | 'TOO_LONG' | readonly Foreseen[];

/** One piece of the text of an answer. */
export interface Part {
  id: string;
  index: number;
  count: number;
  text: string;
}

const question = z.object({ id, reply: z.string().regex(/^[a-z0-9_]{1,63}$/), order });
/** A trade is the only thing of which there may be thousands. */
const trade = z.tuple([units, units]).transform(([price, qty]) => ({ kind: 'TRADE' as const, price, qty }));
const answer = z.union([
  z.enum(['NO_BOOKS', 'TOO_LONG']),
  z.array(
    z.union([
      trade,
      z.discriminatedUnion('kind', [
        acknowledged,
        rejected,
        canceled,
        triggered,
        trailedOn,
        spent,
        z.object({ kind: z.literal('DEFERRED'), ...name, reason }),
      ]),
    ]),
  ),
]);

/** What is no message of ours, because another version said it, is nothing. */
const read = <Value>(shape: z.ZodType, text: string): Value | undefined => {
  try {
    return shape.safeParse(JSON.parse(text)).data as Value | undefined;
  } catch {
    return undefined;
  }
};

/** JSON in which a character is a byte: the database counts bytes. */
const toAscii = (value: object | string): string =>
  (typeof value === 'string' ? JSON.stringify(value) : toJson(value)).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

export const writeQuestion = (asked: Question): string => toAscii(asked);
export const readQuestion = (text: string): Question | undefined => read<Question>(question, text);

const isTrade = (one: Foreseen): one is Extract<Foreseen, { kind: 'TRADE' }> => one.kind === 'TRADE';

/** In pieces that the database carries; more than it may be becomes the word for that. */
export const writeAnswer = (id: string, said: Answer): string[] => {
  const { partBytes, parts } = limits.venue.foresight;
  const text = toAscii(
    typeof said === 'string' ? said : said.map((one) => (isTrade(one) ? [one.price, one.qty] : one)),
  );
  const count = Math.ceil(text.length / partBytes);
  if (count > parts) return writeAnswer(id, 'TOO_LONG');
  return Array.from(
    { length: count },
    (_, index) => `${id} ${index} ${count} ${text.slice(index * partBytes, (index + 1) * partBytes)}`,
  );
};

export const readPart = (payload: string): Part | undefined => {
  const [, id, index, count, text] = /^(\S{1,36}) (\d{1,4}) (\d{1,4}) (.+)$/.exec(payload) ?? [];
  if (id === undefined || text === undefined) return undefined;
  return { id, index: Number(index), count: Number(count), text };
};

export const readAnswer = (text: string): Answer | undefined => read<Answer>(answer, text);
