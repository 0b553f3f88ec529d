import { once } from 'node:events';
import { createServer } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { systemTimers, type Timers } from '../../src/kernel/timers.ts';
import { until } from './until.ts';

export interface Received {
  from: string;
  to: string[];
  /** As it came. */
  raw: string;
  subject: string;
  text: string;
}

const header = (raw: string, name: string): string =>
  new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, 'im').exec(raw)?.[1]?.replace(/\r\n[ \t]/g, ' ') ?? '';

/** What a mail program shows of the body. */
const textOf = (raw: string): string => {
  const body = raw.slice(raw.indexOf('\r\n\r\n') + 4);
  if (!/quoted-printable/i.test(header(raw, 'content-transfer-encoding'))) return body;
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
};

/** A mail server that keeps what it is given. Not yet listening when it is to be `down` at first. */
export const startMailbox = async (options: SMTPServerOptions = {}, down = false) => {
  const received: Received[] = [];
  const refusals = new Map<string, { code: number; text: string }>();
  const port = await freePort();
  let server: SMTPServer | undefined;
  const open = async (): Promise<void> => {
    server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onRcptTo: ({ address }, _session, done) => {
        const refusal = refusals.get(address);
        done(refusal && Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
      },
      onData: (stream, { envelope }, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const raw = Buffer.concat(chunks).toString('utf8');
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
          const to = envelope.rcptTo.map(({ address }) => address);
          received.push({ from, to, raw, subject: header(raw, 'subject'), text: textOf(raw) });
          done();
        });
      },
      ...options,
    });
    server.on('error', () => {});
    server.listen(port, '127.0.0.1');
    await once(server.server, 'listening');
  };
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      if (server === undefined) resolve();
      else server.close(() => resolve());
      server = undefined;
    });
  if (!down) await open();

  const to = (address: string): Received[] => received.filter((mail) => mail.to.includes(address));
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    /** What it answers to mail for an address. */
    refusals,
    to,
    /** The mail to an address, when so many have come. */
    arrived: async (address: string, count = 1): Promise<Received[]> => {
      await until(() => to(address).length >= count);
      return to(address);
    },
    open,
    close,
  };
};

export type Mailbox = Awaited<ReturnType<typeof startMailbox>>;

/** The token of the link in a mail. */
export const tokenIn = ({ text }: Pick<Received, 'text'>): string => {
  const token = /^https:\/\/app\.example\.com\/reset#token=([\w-]{43})\r?$/m.exec(text)?.[1];
  if (token === undefined) throw new Error(`no link in ${text}`);
  return token;
};

/** For a server whose mail is waited for by one test after the other. */
export const promptly: Timers = { ...systemTimers, every: (_, work) => systemTimers.every(50, work) };

export const mailTo = ({ url }: Pick<Mailbox, 'url'>) => ({
  SMTP_URL: url,
  MAIL_FROM: 'Bourse <no-reply@example.com>',
  PASSWORD_RESET_URL: 'https://app.example.com/reset',
});
