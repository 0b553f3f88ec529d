import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import type { Guards } from '../guard/guards.ts';
import type { Clock } from '../kernel/clock.ts';
import { systemTimers, type Timers } from '../kernel/timers.ts';
import { limits } from '../limits.ts';
import type { Log } from '../telemetry/log.ts';
import { createMailSender, type SenderNeeds } from './sender.ts';
import type { Post } from './smtp.ts';
import { createMailStore } from './store.ts';
import { createMailSweeper } from './sweeper.ts';

export interface MailNeeds extends Pick<SenderNeeds, 'compose'> {
  config: Pick<Config, 'mail'>;
  database: Database;
  guards: Pick<Guards, 'define'>;
  clock: Clock;
  log: Log;
  /** The machine's when absent. */
  timers?: Timers | undefined;
}

/** For a desk: the only place where a token is ever shown to anybody but its reader. */
const toLog =
  (log: Log): Post =>
  async ({ text }) => {
    log.warn({ text }, 'SMTP_URL is not set, so this mail is written here instead (never in production)');
  };

export interface Mail {
  start(): void;
  /** Resolves when what is being sent has been. */
  stop(): Promise<void>;
}

/** What is sent is decided by the settings; the client of SMTP is loaded where there is a mail server only. */
export const openMail = async (needs: MailNeeds): Promise<Mail> => {
  const { config, database, guards, clock, log, compose, timers = systemTimers } = needs;
  const { smtp, from, way } = config.mail;
  const { call_ms, batch, look_ms, sweep_ms } = limits.mail;
  const store = createMailStore(database);
  // Nobody is sent what has waited too long, so it is looked for as often as for what is due.
  const every_ms = way === 'NONE' ? sweep_ms : look_ms;
  const sweeper = createMailSweeper({ store, clock, timers, log, every_ms });
  if (way === 'NONE') return sweeper;
  const post = smtp === undefined ? toLog(log) : (await import('./smtp.ts')).createSmtp({ smtp, from });
  const guard = guards.define('mail', { call_ms, concurrent: batch });
  const sender = createMailSender({ store, compose, post, guard, clock, timers, log });
  return {
    start: () => {
      sweeper.start();
      sender.start();
    },
    stop: async () => {
      await Promise.all([sweeper.stop(), sender.stop()]);
    },
  };
};
