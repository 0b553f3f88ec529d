import { createTransport } from 'nodemailer';
import type { MailSettings } from '../config/mail.ts';
import { DependencyError } from '../guard/failure.ts';
import { limits } from '../limits.ts';
import type { Letter } from './letter.ts';
import { PutOffError, UndeliverableError } from './refusals.ts';

interface SmtpFailure {
  code?: unknown;
  responseCode?: unknown;
  command?: unknown;
}

/** "Closing transmission channel": said in answer to any command, and to everybody. */
const CLOSING = 421;

/** In our words: what a mail server says may name the address, which belongs in no log. */
const failureOf = (error: unknown): Error => {
  const { code, responseCode, command } = error as SmtpFailure;
  const status = typeof responseCode === 'number' ? responseCode : 0;
  const text = `the mail server failed: ${[code, status || undefined, command].filter(Boolean).join(' ')}`;
  // A no to this one mail says nothing about the server; a wrong password concerns every mail.
  if (status !== CLOSING && (code === 'EENVELOPE' || code === 'EMESSAGE')) {
    if (status >= 500) return new UndeliverableError(text);
    if (status >= 400) return new PutOffError(text);
    // The client itself could not write the address down for the server.
    if (status === 0 && code === 'EENVELOPE') return new UndeliverableError(text);
  }
  if (code === 'ETIMEDOUT') return new DependencyError('DEADLINE', text);
  return new DependencyError(status > 0 ? 'STATUS' : 'CONNECTION', text);
};

export type Post = (letter: Letter) => Promise<void>;

/** A connection for each mail: there are few, and none is held while there are none. */
export const createSmtp = ({
  smtp,
  from,
}: {
  smtp: NonNullable<MailSettings['smtp']>;
  from: MailSettings['from'];
}): Post => {
  const { host, port, secure, requireTLS, user, password } = smtp;
  const transport = createTransport({
    host,
    port,
    secure,
    requireTLS,
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true },
    ...(user !== '' && { auth: { user, pass: password } }),
    connectionTimeout: limits.mail.connect_ms,
    greetingTimeout: limits.mail.connect_ms,
    dnsTimeout: limits.mail.connect_ms,
    socketTimeout: limits.mail.connect_ms,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  });
  return async ({ to, subject, text }) => {
    try {
      await transport.sendMail({
        ...(from && { from }),
        // Never as a text, in which a comma or a bracket would make another address of it.
        to: { name: '', address: to },
        subject,
        text,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    } catch (error) {
      throw failureOf(error);
    }
  };
};
