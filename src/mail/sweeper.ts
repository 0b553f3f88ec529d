import type { Clock } from '../kernel/clock.ts';
import { createSweep, type Sweep } from '../kernel/sweep.ts';
import type { Timers } from '../kernel/timers.ts';
import { limits } from '../limits.ts';
import type { Log } from '../telemetry/log.ts';
import type { MailStore } from './store.ts';

export interface SweeperNeeds {
  store: Pick<MailStore, 'dropOlder'>;
  clock: Clock;
  timers: Timers;
  log: Pick<Log, 'error'>;
  every_ms: number;
}

/**
 * Gives up what nobody sends any more, also where no mail is sent: what was queued while it was would keep people's addresses for ever.
 */
export const createMailSweeper = ({
  store,
  clock,
  timers,
  log,
  every_ms,
}: SweeperNeeds): Pick<Sweep, 'start' | 'stop'> => {
  const giveUp = async (): Promise<void> => {
    const given = await store.dropOlder(new Date(clock.now().getTime() - limits.mail.keep_ms));
    if (given > 0) log.error({ mails: given }, 'mail was given up: it could not be sent for an hour');
  };
  return createSweep({ tasks: { oldMail: giveUp }, every_ms, atOnce: true, log, timers });
};
