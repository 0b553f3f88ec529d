import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, type Sent, send } from './clients.ts';
import type { DataFolder } from './process.ts';
import { promises } from './promises.ts';

/** Acknowledged commands that are sent again after a crash; all of them would take longer than the round itself. */
const REPEATS = 40;

type Ask = DataFolder['ask'];

const count = async (ask: Ask, sql: string): Promise<number> => ((await ask(sql)) as { n: number }[])[0]?.n ?? 0;

const listed = (values: Iterable<string>): string => [...values].map((value) => `'${value}'`).join();

/** Waits until the venue has answered every order and every cancel that it was given again. */
const settled = async (ask: Ask): Promise<void> => {
  const pending = "SELECT count(*)::int AS n FROM orders WHERE status IN ('PENDING_NEW', 'PENDING_CANCEL')";
  for (let waited_ms = 0; (await count(ask, pending)) > 0; waited_ms += 20) {
    if (waited_ms > 15_000) throw new Error('orders are still pending 15 s after the start');
    await sleep(20);
  }
};

/** Every rule of the books that is broken now. */
const brokenBooks = async (ask: Ask): Promise<string[]> => {
  const broken: string[] = [];
  for (const [promise, question] of Object.entries(promises)) {
    const rows = await ask(question);
    if (rows.length > 0)
      broken.push(
        `${promise}: ${JSON.stringify(rows.slice(0, 3), (_, value) => (typeof value === 'bigint' ? `${value}` : value))}`,
      );
  }
  return broken;
};

/** As a client does it: what failed for a passing reason, such as a connection of the crash, is sent again. */
const sendUntilAnswered = async (url: string, command: Command): Promise<string> => {
  for (let left = 20; ; left -= 1) {
    try {
      return await send(url, command);
    } catch (error) {
      if (left === 0) throw error;
      await sleep(100);
    }
  }
};

const repeatsDiffer = async (url: string, { acknowledged, unknown }: Sent): Promise<string[]> => {
  const wrong: string[] = [];
  const last = [...acknowledged].slice(-REPEATS);
  for (const [command, outcome] of last) {
    const again = await sendUntilAnswered(url, command);
    if (again !== outcome) wrong.push(`${command.field} answered ${outcome} and, sent again, ${again}`);
  }
  for (const command of unknown) {
    const outcome = await sendUntilAnswered(url, command);
    acknowledged.set(command, outcome);
    const again = await sendUntilAnswered(url, command);
    if (again !== outcome) wrong.push(`${command.field} without an answer got ${outcome}, then ${again}`);
  }
  return wrong;
};

/**
 * What a crash has broken, in words; empty when all is right. Nothing acknowledged is lost; what had no answer is sent
 * again; the clients own exactly what they were answered, no more: nothing was done twice.
 */
export const damage = async (url: string, ask: Ask, sent: Sent): Promise<string[]> => {
  const wrong = await repeatsDiffer(url, sent);
  const made = (...fields: string[]) =>
    new Set(
      [...sent.acknowledged]
        .filter(([{ field }]) => fields.includes(field))
        .flatMap(([, outcome]) => outcome.split(' '))
        .filter((one) => one.includes('-')),
    );
  const clients = new Set([...sent.acknowledged.keys()].map(({ client }) => client));
  const accounts = [...clients].map(({ accountId }) => accountId);
  if (accounts.length === 0) return ['no command was acknowledged'];
  await settled(ask);
  // Each client began with one deposit of its own.
  for (const [table, ids, more] of [
    ['orders', made('placeOrder', 'placeOrders'), 0],
    ['transfers', made('deposit'), accounts.length],
  ] as const) {
    const kept =
      ids.size === 0 ? 0 : await count(ask, `SELECT count(*)::int AS n FROM ${table} WHERE id IN (${listed(ids)})`);
    if (kept !== ids.size) wrong.push(`${ids.size - kept} of ${ids.size} acknowledged ${table} are lost`);
    const all = await count(ask, `SELECT count(*)::int AS n FROM ${table} WHERE account_id IN (${listed(accounts)})`);
    if (all !== ids.size + more) wrong.push(`${all} ${table} are there where ${ids.size + more} were asked for`);
  }
  return [...wrong, ...(await brokenBooks(ask))];
};
