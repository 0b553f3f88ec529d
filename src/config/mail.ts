import { z } from 'zod';
import type { SettingProblem } from './problems.ts';

const smtpUrl = /^smtps?:\/\/(?:[^\s/@]+@)?[^\s/@?#]+\/?(?:\?requireTLS=true)?$/;
const address = /^[^\s<>"(),:;@\\]+@[^\s<>"(),:;@\\]+$/;
const named = /^([^<>"\p{Cc}]*)<([^<>]+)>$/u;

const smtpOf = (text: string) => {
  const { protocol, hostname, port, username, password, search } = new URL(text);
  const secure = protocol === 'smtps:';
  return Object.freeze({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    /** STARTTLS, or nothing is sent. */
    requireTLS: search !== '',
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  });
};

const isSmtpUrl = (text: string): boolean => {
  if (!smtpUrl.test(text) || !URL.canParse(text)) return false;
  try {
    return smtpOf(text).host !== '';
  } catch {
    // A "%" that is no escape.
    return false;
  }
};

/** "Bourse <no-reply@example.com>", or the address alone. */
const readSender = (text: string): { name: string; address: string } => {
  const [, name = '', inner = text] = named.exec(text) ?? [];
  return { name: name.trim(), address: inner.trim() };
};

export const mailVariables = {
  SMTP_URL: z
    .string()
    .refine(isSmtpUrl, 'expected smtps://user:password@host:port, with a "%" in the password written as %25')
    .optional(),
  MAIL_FROM: z
    .string()
    .refine((text) => address.test(readSender(text).address), 'expected Name <name@example.com>, or the address alone')
    .optional(),
  PASSWORD_RESET_URL: z
    .string()
    .regex(/^https?:\/\/[^#\s]+$/, 'expected https://host/page, without a "#"')
    .optional(),
};

type MailVariables = { [Name in keyof typeof mailVariables]?: string | undefined };

/** Whoever sends mail must say from whom, and where the links in it lead. */
export const mailProblems = (env: MailVariables): SettingProblem[] =>
  env.SMTP_URL === undefined
    ? []
    : (['MAIL_FROM', 'PASSWORD_RESET_URL'] as const).flatMap((setting) =>
        env[setting] === undefined ? [{ setting, problem: 'is required by SMTP_URL' }] : [],
      );

/** What production refuses of these. */
export const mailWeaknesses = ({ SMTP_URL, PASSWORD_RESET_URL }: MailVariables) =>
  [
    [
      'SMTP_URL',
      SMTP_URL?.startsWith('smtp:') &&
        !SMTP_URL.endsWith('?requireTLS=true') &&
        'sends links that reset passwords in the clear: use smtps://, or smtp://…?requireTLS=true for STARTTLS',
    ],
    ['PASSWORD_RESET_URL', PASSWORD_RESET_URL?.startsWith('http:') && 'must be https: passwords are typed there'],
  ] as const;

/** Where mail goes. Development without a mail server has the log instead; production then has none. */
export const mailSettings = (env: MailVariables, production: boolean) =>
  Object.freeze({
    smtp: env.SMTP_URL === undefined ? undefined : smtpOf(env.SMTP_URL),
    from: env.MAIL_FROM === undefined ? undefined : readSender(env.MAIL_FROM),
    resetUrl: env.PASSWORD_RESET_URL,
    way: env.SMTP_URL !== undefined ? ('SMTP' as const) : production ? ('NONE' as const) : ('LOG' as const),
  });

export type MailSettings = ReturnType<typeof mailSettings>;
