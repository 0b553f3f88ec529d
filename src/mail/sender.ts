import type { Guard } from '../guard/guard.ts';
import type { Clock } from '../kernel/clock.ts';
import { createSweep } from '../kernel/sweep.ts';
import type { Timers } from '../kernel/timers.ts';
import { limits } from '../limits.ts';
import type { Log } from '../telemetry/log.ts';
import type { Letter } from './letter.ts';
import { UndeliverableError } from './refusals.ts';
import type { Post } from './smtp.ts';
import type { MailStore, TakenMail } from './store.ts';

export interface SenderNeeds {
  store: MailStore;
  /** Undefined where there is nobody to write to, or nothing to say any more. */
  compose(mail: TakenMail): Promise<Letter | undefined>;
  post: Post;
  guard: Pick<Guard, 'call' | 'circuit'>;
  clock: Clock;
  timers: Timers;
  log: Pick<Log, 'warn' | 'error'>;
}

/**
 * Sends what waits in the queue, which all processes share: each mail is taken by one of them. It leaves the queue when the
 * mail server has it, so one that a process took before it died is sent a minute later by another; where the process died between
 * the server's yes and the row's end it comes twice. Looks by the clock and not when something is queued: so an answer
 * takes as long for a stranger's address as for a user's.
 */
export const createMailSender = ({ store, compose, post, guard, clock, timers, log }: SenderNeeds) => {
  const later = (attempts: number): Date => {
    const { retry_ms, retryCap_ms } = limits.mail;
    return new Date(clock.now().getTime() + Math.min(retryCap_ms, retry_ms * 2 ** (attempts - 1)));
  };

  const send = async (mail: TakenMail): Promise<void> => {
    try {
      const letter = await compose(mail);
      if (letter !== undefined) await guard.call(() => post(letter));
      await store.remove(mail.id);
    } catch (error) {
      if (error instanceof UndeliverableError) {
        log.warn({ err: error, mail: mail.id }, 'a mail was refused for good');
        return store.remove(mail.id);
      }
      await store.postpone(mail.id, later(mail.attempts));
      log.warn({ err: error, mail: mail.id, attempts: mail.attempts }, 'a mail was not sent; it is tried again');
    }
  };

  let stopping = false;
  const look = async (): Promise<void> => {
    const { taken_ms, batch } = limits.mail;
    // What cannot be sent is left to a process that can, as is what a process that ends has not taken yet.
    while (!stopping && guard.circuit.status().state !== 'OPEN') {
      const now = clock.now();
      const mails = await store.take(now, new Date(now.getTime() + taken_ms), batch);
      await Promise.all(mails.map(send));
      if (mails.length < batch) return;
    }
  };

  const sweep = createSweep({ tasks: { mail: look }, every_ms: limits.mail.look_ms, log, timers });
  return {
    ...sweep,
    /** Resolves when what is being sent has been; the rest of the queue stays. */
    stop: (): Promise<void> => {
      stopping = true;
      return sweep.stop();
    },
  };
};
