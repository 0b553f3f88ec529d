import { RefusedError } from '../../errors.ts';
import type { Ids } from '../../kernel/ids.ts';
import { systemTimers, type Timers } from '../../kernel/timers.ts';
import { limits } from '../../limits.ts';
import type { VenueStore } from '../store.ts';
import type { Foreseen, VenueOrder } from '../venue.ts';
import { type Part, readAnswer, readPart, writeQuestion } from './messages.ts';

/** What the process that runs the venue listens to. */
export const QUESTIONS = 'bourse_foresee';

interface Asked {
  parts: string[];
  missing: number;
  answer(text: string): void;
}

const take = (asked: Asked, { index, count, text }: Part): void => {
  if (asked.missing === 0) asked.missing = count;
  if (asked.parts[index] !== undefined) return;
  asked.parts[index] = text;
  asked.missing -= 1;
  if (asked.missing === 0) asked.answer(asked.parts.join(''));
};

/**
 * The venue of another process, for what it foresees: only there are the makers' quotes, the last price and the order in which
 * the orders stand. So that process is asked, through the database, and its answer is what it would say to itself.
 */
export const createAskVenue = (deps: {
  /** Of the venue, as its circuit has it. */
  name: string;
  store: Pick<VenueStore, 'notify'>;
  ids: Ids;
  /** Whether some process runs the venue. */
  isRun(): boolean;
  timers?: Timers;
}) => {
  const { name, store, ids, isRun, timers = systemTimers } = deps;
  const { questions, answer_ms } = limits.venue.foresight;
  const channel = `bourse_foreseen_${ids.next().replaceAll('-', '')}`;
  const asked = new Map<string, Asked>();

  const unavailable = (message: string, state: string): RefusedError =>
    new RefusedError('DEPENDENCY_UNAVAILABLE', message, 1, { dependency: name, state });
  const noAnswer = (): RefusedError =>
    unavailable('No process runs the venue now, or it does not answer. Try again shortly.', 'NO_ANSWER');

  /** The text of the answer; nothing when it does not come in time. */
  const ask = async (order: VenueOrder): Promise<string | undefined> => {
    const id = ids.next();
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    asked.set(id, { parts: [], missing: 0, answer: resolve });
    try {
      await store.notify(QUESTIONS, [writeQuestion({ id, reply: channel, order })]);
      return await Promise.race([promise, timers.sleep(answer_ms).then(() => undefined)]);
    } finally {
      asked.delete(id);
    }
  };

  return {
    /** What is to be listened to, and who hears it. */
    channel,
    heard: (payload: string): void => {
      const part = readPart(payload);
      const waiting = part && asked.get(part.id);
      if (waiting !== undefined) take(waiting, part as Part);
    },
    preview: async (order: VenueOrder): Promise<readonly Foreseen[]> => {
      if (!isRun()) throw noAnswer();
      if (asked.size >= questions) throw new RefusedError('OVERLOADED', 'Too many previews at once. Try again.', 1);
      const text = await ask(order);
      const said = text === undefined ? undefined : readAnswer(text);
      if (said === 'TOO_LONG') {
        throw unavailable('The order would trade with more orders than can be told from here.', 'TOO_LONG');
      }
      if (said === undefined || said === 'NO_BOOKS') throw noAnswer();
      return said;
    },
  };
};

export type AskVenue = ReturnType<typeof createAskVenue>;
