import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Mailbox, mailTo, startMailbox, tokenIn } from '../support/mailbox.ts';
import { type DataFolder, dataFolder, startServer } from '../support/process.ts';
import { until } from '../support/until.ts';

/* A server that is killed loses no mail that it was asked for. */

let folder: DataFolder;
let mailbox: Mailbox;
beforeEach(async () => {
  folder = dataFolder();
  mailbox = await startMailbox({}, true);
});
afterEach(async () => {
  await folder.remove();
  await mailbox.close();
});

const ask = async (url: string, query: string) => {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return (await response.json()) as { data: Record<string, { userErrors: unknown[] }> };
};

test('a mail that was asked for is sent by the next server when the first is killed before', async () => {
  const settings = { DEMO_DATA: 'true', ...mailTo(mailbox) };
  const first = await startServer(folder.path, settings);
  const request = 'mutation { requestPasswordReset(input: { email: "user@example.com" }) { userErrors { code } } }';
  expect((await ask(first.url, request)).data.requestPasswordReset).toEqual({ userErrors: [] });
  await until(() => first.stdout().includes('it is tried again'));
  first.signal('SIGKILL');
  await first.exited;
  expect(mailbox.received).toEqual([]);

  await mailbox.open();
  const second = await startServer(folder.path, settings);
  const [mail] = await mailbox.arrived('user@example.com');
  const reset = `mutation { resetPassword(input: { token: "${tokenIn(mail!)}", newPassword: "another-River-over-8-dams" }) { userErrors { code } } }`;
  expect((await ask(second.url, reset)).data.resetPassword).toEqual({ userErrors: [] });
  second.signal('SIGTERM');
  expect(await second.ended).toBe(0);
}, 120_000);
