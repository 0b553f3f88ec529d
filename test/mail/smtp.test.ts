import { afterEach, expect, test } from 'vitest';
import { mailSettings } from '../../src/config/mail.ts';
import { DependencyError, failureKind } from '../../src/guard/failure.ts';
import { createSmtp, type Post } from '../../src/mail/smtp.ts';
import { type Mailbox, startMailbox } from '../support/mailbox.ts';

let mailbox: Mailbox | undefined;
afterEach(() => mailbox?.close());

const letter = { to: 'ada@example.com', subject: 'A subject', text: 'A link: https://app.example.com/#token=abc\n' };

const postTo = (SMTP_URL: string): Post => {
  const { smtp, from } = mailSettings({ SMTP_URL, MAIL_FROM: 'Bourse <no-reply@example.com>' }, true);
  return createSmtp({ smtp: smtp!, from });
};

test('a mail has one reader, a plain text and a mark that no person wrote it', async () => {
  mailbox = await startMailbox();
  await postTo(mailbox.url)(letter);
  expect(mailbox.received).toMatchObject([{ to: [letter.to], subject: letter.subject }]);
  const [{ raw, text }] = mailbox.received as [(typeof mailbox.received)[0]];
  expect(text.replaceAll('\r\n', '\n').trim()).toBe(letter.text.trim());
  expect(raw).toMatch(/^Auto-Submitted: auto-generated/m);
  expect(raw).toMatch(/^From: Bourse <no-reply@example.com>/m);
  expect(raw).not.toMatch(/^Content-Type: (text\/html|multipart)/m);
});

test.each([
  ['offers no TLS', ['STARTTLS']],
  ['shows a certificate that nobody vouches for', []],
])('a mail server that %s gets nothing where TLS is required', async (_what, disabledCommands) => {
  mailbox = await startMailbox({ disabledCommands });
  await expect(postTo(`${mailbox.url}?requireTLS=true`)(letter)).rejects.toThrow(DependencyError);
  expect(mailbox.received).toEqual([]);
});

test('what a mail server says is told by its numbers, since its words may name the reader', async () => {
  mailbox = await startMailbox();
  const post = postTo(mailbox.url);
  mailbox.refusals.set(letter.to, { code: 550, text: `no such user ${letter.to}` });
  const refusal: Error = await post(letter).catch((error) => error);
  expect(refusal.name).toBe('UndeliverableError');
  expect(refusal.message).toContain('550');
  expect(`${refusal.stack} ${refusal.cause}`).not.toContain(letter.to);
  mailbox.refusals.set(letter.to, { code: 451, text: `later ${letter.to}` });
  const later: Error = await post(letter).catch((error) => error);
  expect(later.message).toContain('451');
  expect(`${later.stack} ${later.cause}`).not.toContain(letter.to);
});

test.each([
  ['a mailbox that takes nothing now', letter.to, 452, 'PutOffError', undefined],
  ['a mailbox that is not there', letter.to, 550, 'UndeliverableError', undefined],
  ['an address that the client does not even send', '', 250, 'UndeliverableError', undefined],
  ['a server that is closing', letter.to, 421, 'DependencyError', 'STATUS'],
])('%s is told from a server that fails', async (_what, to, code, name, kind) => {
  mailbox = await startMailbox();
  mailbox.refusals.set(to, { code, text: 'no' });
  const refusal: Error = await postTo(mailbox.url)({ ...letter, to }).catch((error) => error);
  expect(refusal.name).toBe(name);
  expect(failureKind(refusal)).toBe(kind);
});
