import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import type { Guards } from '../guard/guards.ts';
import type { Clock } from '../kernel/clock.ts';
import { systemTimers } from '../kernel/timers.ts';
import { limits } from '../limits.ts';
import type { Log } from '../telemetry/log.ts';
import { createMailSender, type MailSender, type SenderNeeds } from './sender.ts';
import type { Post } from './smtp.ts';
import { createMailStore } from './store.ts';

export interface MailNeeds extends Pick<SenderNeeds, 'compose'> {
  config: Pick<Config, 'mail'>;
  database: Database;
  guards: Pick<Guards, 'define'>;
  clock: Clock;
  log: Log;
}

/** For a desk: the only place where a token is ever shown to anybody but its reader. */
const toLog =
  (log: Log): Post =>
  async ({ text }) => {
    log.warn({ text }, 'SMTP_URL is not set, so this mail is written here instead (never in production)');
  };

/** What is sent is decided by the settings; the client of SMTP is loaded where there is a mail server only. */
export const openMail = async ({
  config,
  database,
  guards,
  clock,
  log,
  compose,
}: MailNeeds): Promise<MailSender | undefined> => {
  const { smtp, from, way } = config.mail;
  if (way === 'NONE') return undefined;
  const post = smtp === undefined ? toLog(log) : (await import('./smtp.ts')).createSmtp({ smtp, from });
  const { call_ms, batch } = limits.mail;
  const guard = guards.define('mail', { call_ms, concurrent: batch });
  return createMailSender({
    store: createMailStore(database),
    compose,
    post,
    guard,
    clock,
    timers: systemTimers,
    log,
  });
};
