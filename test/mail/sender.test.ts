import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/database.ts';
import { systemTimers } from '../../src/kernel/timers.ts';
import { limits } from '../../src/limits.ts';
import { resetLetter } from '../../src/mail/letter.ts';
import { createMailSender } from '../../src/mail/sender.ts';
import { createMailStore } from '../../src/mail/store.ts';
import { createMailSweeper } from '../../src/mail/sweeper.ts';
import { testGuard } from '../guard/support.ts';
import { post } from '../http/harness.ts';
import { type RealApp, startRealApp } from '../http/real-app.ts';
import { testClock } from '../support/clock.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type Mailbox, mailTo, promptly, startMailbox } from '../support/mailbox.ts';
import { PASSWORD } from '../support/people.ts';
import { until } from '../support/until.ts';

/** So many failures in a row open a circuit: the default of CIRCUIT_BREAKER_FAILURE_THRESHOLD. */
const BREAKS_AT = 5;

const clock = testClock();
let rows: TestDatabase;
let database: Awaited<ReturnType<typeof openDatabase>>;
beforeAll(async () => {
  rows = await testDatabase();
  database = await openDatabase(rows.url);
});
afterAll(async () => {
  await database.close();
  await rows.close();
});

let mailbox: Mailbox;
let apps: RealApp[];
beforeEach(async () => {
  mailbox = await startMailbox({}, true);
  apps = [];
});
afterEach(async () => {
  for (const app of apps) await app.close();
  await mailbox.close();
  await database.prisma.mail.deleteMany();
});

/** A server on the one database. */
const start = async (): Promise<RealApp> => {
  const app = await startRealApp(mailTo(mailbox), { clock, url: rows.url, mailTimers: promptly });
  apps.push(app);
  return app;
};
const ask = async (app: RealApp, query: string, variables: object) =>
  (await post(app, query, { variables: { ...variables } })).json;

const person = async (app: RealApp): Promise<string> => {
  const username = `person-${randomUUID().slice(0, 13)}`;
  const email = `${username}@example.com`;
  const query = 'mutation ($input: RegisterInput!) { register(input: $input) { userErrors { code } } }';
  const { data } = await ask(app, query, { input: { username, email, password: PASSWORD } });
  expect(data.register.userErrors).toEqual([]);
  return email;
};
const request = async (app: RealApp, email: string): Promise<void> => {
  const query = 'mutation ($email: String!) { requestPasswordReset(input: { email: $email }) { success } }';
  expect((await ask(app, query, { email })).data.requestPasswordReset).toEqual({ success: true });
};
const waiting = () => database.prisma.mail.findMany();

describe('mail', () => {
  test('is sent once by several servers, also to an address that is asked for at each of them at once', async () => {
    await mailbox.open();
    const [one, other] = [await start(), await start()];
    const people = [];
    for (let at = 0; at < 6; at += 1) people.push(await person(one));
    await Promise.all(people.flatMap((email) => [request(one, email), request(other, email)]));
    await until(async () => (await waiting()).length === 0);
    for (const email of people) expect(mailbox.to(email).length).toBeLessThanOrEqual(2);
    const issued = await database.prisma.auditEntry.count({ where: { action: 'issuePasswordReset' } });
    expect(mailbox.received).toHaveLength(issued);
  });

  test('waits while the mail server is away, and is sent when it is back', async () => {
    const app = await start();
    const email = await person(app);
    await request(app, email);
    await until(() => app.text().includes('a mail was not sent; it is tried again'));
    await mailbox.open();
    clock.advance(limits.mail.retry_ms);
    await mailbox.arrived(email);
    await until(async () => (await waiting()).length === 0);
    expect(app.text()).not.toContain(email);
  });

  test('that a server took and did not send is sent by another', async () => {
    const app = await start();
    const email = await person(app);
    await app.close();
    apps = [];
    const id = randomUUID();
    const createdAt = clock.now();
    const dead = {
      id,
      kind: 'PASSWORD_RESET',
      emailKey: email,
      requestId: randomUUID(),
      createdAt,
      dueAt: createdAt,
    } as const;
    await database.prisma.mail.create({ data: dead });
    const store = createMailStore(database);
    const takenUntil = new Date(createdAt.getTime() + limits.mail.taken_ms);
    expect(await store.take(createdAt, takenUntil, 10)).toMatchObject([{ id, attempts: 1 }]);
    expect(await store.take(createdAt, takenUntil, 10)).toEqual([]);
    await mailbox.open();
    await start();
    clock.advance(limits.mail.taken_ms);
    await mailbox.arrived(email);
    await until(async () => (await waiting()).length === 0);
    expect(mailbox.to(email)).toHaveLength(1);
  });

  test('to one box that puts its mail off again and again keeps nobody else’s back', async () => {
    await mailbox.open();
    const app = await start();
    const [full, other] = [await person(app), await person(app)];
    mailbox.refusals.set(full, { code: 452, text: 'the box is full' });
    await request(app, full);
    const tries = () => app.text().split('a mail was not sent; it is tried again').length - 1;
    for (let count = 1; count <= BREAKS_AT; count += 1) {
      await until(() => tries() >= count);
      clock.advance(limits.mail.retryCap_ms);
    }
    await request(app, other);
    await mailbox.arrived(other);
    await until(async () => (await waiting()).length === 1);
    expect(await waiting()).toMatchObject([{ emailKey: full }]);
  });

  test('that is not on its way yet when a server ends stays for another', async () => {
    const app = await start();
    const email = await person(app);
    await app.close();
    apps = [];
    const { id: userId } = await database.prisma.user.findUniqueOrThrow({ where: { emailKey: email } });
    const now = clock.now();
    const notice = { kind: 'NAMES_CHANGED', userId, recipient: email, createdAt: now, dueAt: now } as const;
    const count = 2 * limits.mail.batch;
    const mails = Array.from({ length: count }, () => ({ ...notice, id: randomUUID(), requestId: randomUUID() }));
    await database.prisma.mail.createMany({ data: mails });
    const sending: (() => void)[] = [];
    const sender = createMailSender({
      store: createMailStore(database),
      compose: async () => resetLetter(email, 'a link', 1),
      post: () => new Promise<void>((done) => sending.push(done)),
      guard: testGuard(),
      clock,
      timers: systemTimers,
      log: { warn: () => {}, error: () => {} },
    });
    const passed = sender.pass();
    await until(() => sending.length === limits.mail.batch);
    const stopped = sender.stop();
    // All that were ever handed over: without an end the next ones are, after the first.
    const answering = setInterval(() => {
      for (const done of sending) done();
    }, 10);
    await Promise.all([passed, stopped]);
    clearInterval(answering);
    expect(sending).toHaveLength(limits.mail.batch);
    expect(await waiting()).toHaveLength(count - limits.mail.batch);
  });

  test('that waits where none is sent any more is dropped at the start and later, so that no address stays', async () => {
    const own = await testDatabase();
    const quiet = await openDatabase(own.url);
    const row = (createdAt: Date) => ({ id: randomUUID(), requestId: randomUUID(), createdAt, dueAt: createdAt });
    const now = clock.now();
    const old = { ...row(new Date(now.getTime() - limits.mail.keep_ms - 1)), emailKey: 'old@example.com' };
    const young = { ...row(now), emailKey: 'young@example.com' };
    const kind = 'PASSWORD_RESET';
    await quiet.prisma.mail.createMany({ data: [old, young].map((mail) => ({ ...mail, kind })) });
    const { privateKey } = generateKeyPairSync('ed25519');
    const settings = {
      ENVIRONMENT: 'production',
      JWT_SECRET_KEY: randomUUID() + randomUUID(),
      AUDIT_SEAL_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
    const silent = await startRealApp(settings, { clock, url: own.url });
    try {
      await until(async () => (await quiet.prisma.mail.count()) === 1);
      expect(await quiet.prisma.mail.findMany()).toMatchObject([{ id: young.id }]);
      let later = (): unknown => undefined;
      const sweeper = createMailSweeper({
        store: createMailStore(quiet),
        clock,
        timers: {
          ...systemTimers,
          every: (_period, work) => {
            later = work;
            return () => {};
          },
        },
        log: { error: () => {} },
        every_ms: limits.mail.sweep_ms,
      });
      sweeper.start();
      await sweeper.stop();
      clock.advance(limits.mail.keep_ms + 1);
      await later();
      expect(await quiet.prisma.mail.count()).toBe(0);
    } finally {
      await silent.close();
      await quiet.close();
      await own.close();
    }
  });

  test('that nobody took for an hour is given up, and the log says so', async () => {
    const app = await start();
    const email = await person(app);
    await request(app, email);
    await until(() => app.text().includes('a mail was not sent; it is tried again'));
    clock.advance(limits.mail.keep_ms + 1_000);
    await until(async () => (await waiting()).length === 0);
    expect(app.text()).toContain('mail was given up');
  });
});
