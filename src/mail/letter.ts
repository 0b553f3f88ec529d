import type { MailKind } from '../database/generated/enums.ts';

/** A mail as its reader has it. Nothing in it was written by a stranger, so there is nothing to escape. */
export interface Letter {
  to: string;
  subject: string;
  text: string;
}

/**
 * The token stands behind the "#": a browser keeps that part to itself, so no proxy, no log of the page's server and no Referer
 * ever has it.
 */
export const resetLink = (page: string, token: string): string => `${page}#token=${token}`;

export const resetLetter = (to: string, link: string, minutes: number): Letter => ({
  to,
  subject: 'Reset your password',
  text: `Somebody, most likely you, has asked to reset the password of your account. This link lets you choose a new one within ${minutes} minutes:

${link}

It works once, and only the newest one does. If it was not you, do nothing: your password stays as it is.
`,
});

const notices = {
  PASSWORD_CHANGED: {
    subject: 'Your password was changed',
    what: 'The password of your account was changed',
  },
  NAMES_CHANGED: {
    subject: 'Your sign-in name was changed',
    what: 'The e-mail address or the username that you sign in with was changed',
  },
} as const satisfies Record<Exclude<MailKind, 'PASSWORD_RESET'>, object>;

/** Tells of what happened, and carries nothing that a thief of the mailbox could use. */
export const noticeLetter = (to: string, kind: keyof typeof notices, at: Date): Letter => ({
  to,
  subject: notices[kind].subject,
  text: `${notices[kind].what} on ${at.toISOString().slice(0, 10)} at ${at.toISOString().slice(11, 16)} UTC.

If it was you, there is nothing to do. If it was not, reset your password at once and tell whoever runs this service.
`,
});
