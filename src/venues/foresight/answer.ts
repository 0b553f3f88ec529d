import { limits } from '../../limits.ts';
import type { Log } from '../../telemetry/log.ts';
import type { VenueStore } from '../store.ts';
import type { Venue } from '../venue.ts';
import { type Question, readQuestion, writeAnswer } from './messages.ts';

/** Answers other processes what the venue, which runs here, foresees of an order. */
export const createAnswerFor = (deps: {
  venue: Pick<Venue, 'preview'>;
  /** Whether its books are those of the database. */
  isHere(): boolean;
  store: Pick<VenueStore, 'notify'>;
  log: Pick<Log, 'warn'>;
}): ((payload: string) => void) => {
  const { venue, isHere, store, log } = deps;
  let answering = 0;

  const answer = async ({ id, reply, order }: Question): Promise<void> => {
    const said = isHere() ? venue.preview(order) : 'NO_BOOKS';
    await store.notify(reply, writeAnswer(id, said));
  };

  return (payload) => {
    const question = readQuestion(payload);
    // Whoever asked is told that there was no answer.
    if (question === undefined || answering >= limits.venue.foresight.answers) return;
    answering += 1;
    answer(question)
      .catch((error: unknown) => log.warn({ err: error }, 'a preview of another process was not answered'))
      .finally(() => {
        answering -= 1;
      });
  };
};
