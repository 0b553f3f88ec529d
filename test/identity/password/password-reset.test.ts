import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/database/database.ts';
import { limits } from '../../../src/limits.ts';
import { post, send, type TestAnswer } from '../../http/harness.ts';
import { type RealApp, startRealApp } from '../../http/real-app.ts';
import { codeAt } from '../../support/authenticator.ts';
import { testClock } from '../../support/clock.ts';
import { type Mailbox, mailTo, promptly, type Received, startMailbox, tokenIn } from '../../support/mailbox.ts';
import { PASSWORD } from '../../support/people.ts';
import { until } from '../../support/until.ts';

const NEW = 'another-River-over-8-dams';
const MINUTE_ms = 60_000;

const clock = testClock();
let mailbox: Mailbox;
let app: RealApp;
let database: Awaited<ReturnType<typeof openDatabase>>;

const sent = async (field: string, type: string, input: object, token?: string): Promise<TestAnswer> => {
  const made: Record<string, string> = {
    requestPasswordReset: 'success',
    sendPasswordReset: 'user { id }',
    suspendUser: 'user { id }',
    enrolSecondFactor: 'enrolment { secret }',
    confirmSecondFactor: 'recoveryCodes',
    updateLogin: 'user { id }',
  };
  const query = `mutation ($input: ${type}!) { ${field}(input: $input) { ${made[field] ?? 'session { accessToken refreshToken user { id } }'} userErrors { code field } } }`;
  return post(app, query, { variables: { input }, ...(token && { headers: { authorization: `Bearer ${token}` } }) });
};
const answerOf = async (...call: Parameters<typeof sent>) => {
  const { json } = await sent(...call);
  if (json.errors !== undefined) throw new Error(JSON.stringify(json.errors));
  return json.data[call[0]];
};
const codes = ({ userErrors }: { userErrors: { code: string }[] }): string[] => userErrors.map(({ code }) => code);

const person = async () => {
  const username = `person-${randomUUID().slice(0, 13)}`;
  const email = `${username}@example.com`;
  const { session } = await answerOf('register', 'RegisterInput', { username, email, password: PASSWORD });
  return { username, email, id: session.user.id as string, token: session.accessToken as string };
};
const request = (email: string) => answerOf('requestPasswordReset', 'RequestPasswordResetInput', { email });
const reset = (token: string, newPassword = NEW) =>
  answerOf('resetPassword', 'ResetPasswordInput', { token, newPassword });
const login = (email: string, password: string) => answerOf('login', 'LoginInput', { email, password });
/** Anew each time: the clock goes on by hours. */
const admin = async (): Promise<string> => (await login('admin@example.com', 'admin123')).session.accessToken;
/** A link that was asked for just now; of several, the newest. */
const linkFor = async (email: string, count = 1): Promise<string> => {
  await request(email);
  const mails = await mailbox.arrived(email, count);
  return tokenIn(mails.at(-1)!);
};
const isSignedIn = async (token: string): Promise<boolean> => {
  const { json } = await post(app, '{ me { id } }', { headers: { authorization: `Bearer ${token}` } });
  return json.errors === undefined;
};
const waiting = () => database.prisma.mail.count();
const drained = async (): Promise<void> => {
  await until(async () => (await waiting()) === 0);
};

beforeAll(async () => {
  mailbox = await startMailbox();
  app = await startRealApp(mailTo(mailbox), { clock, mailTimers: promptly });
  database = await openDatabase(app.databaseUrl);
});
afterAll(async () => {
  await database.close();
  await app.close();
  await mailbox.close();
});

describe('a forgotten password', () => {
  test('is reset by the link of a mail: all sessions end, one begins, and only the new password works', async () => {
    const { email, token: before } = await person();
    expect(await request(email)).toEqual({ success: true, userErrors: [] });
    const [mail] = await mailbox.arrived(email);
    expect(mail).toMatchObject({ from: 'no-reply@example.com', to: [email], subject: 'Reset your password' });
    expect(mail!.raw).toMatch(/^Content-Type: text\/plain/m);
    const { session } = await reset(tokenIn(mail!));
    expect(await isSignedIn(session.accessToken)).toBe(true);
    expect(await isSignedIn(before)).toBe(false);
    expect(codes(await login(email, PASSWORD))).toEqual(['INVALID_CREDENTIALS']);
    expect(codes(await login(email, NEW))).toEqual([]);
    const notices = await mailbox.arrived(email, 2);
    expect(notices[1]).toMatchObject({ subject: 'Your password was changed' });
  });

  test('is reset over REST in the same way', async () => {
    const { email, id } = await person();
    const rest = (path: string, body: object, token?: string) =>
      send(`${app.url}/api/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: JSON.stringify(body),
      });
    expect(await rest('/auth/password-reset', { email })).toMatchObject({ status: 204, text: '' });
    await mailbox.arrived(email);
    expect(await rest('/auth/password-reset', { email: `nobody-${id}@example.com` })).toMatchObject({
      status: 204,
      text: '',
    });
    const sending = await rest(`/users/${id}/password-reset`, { reason: 'asked by telephone' }, await admin());
    expect(sending).toMatchObject({ status: 200, json: { id } });
    const [older, newer] = await mailbox.arrived(email, 2);
    const confirm = (mail: Received) =>
      rest('/auth/password-reset/confirm', { token: tokenIn(mail), newPassword: NEW });
    expect(await confirm(older!)).toMatchObject({ status: 401, json: { code: 'INVALID_RESET_TOKEN' } });
    expect(await confirm(newer!)).toMatchObject({ status: 200, json: { user: { id } } });
  });

  test('is asked for in the same way for an address that nobody has, which gets no mail', async () => {
    const { email } = await person();
    const nobody = `nobody-${randomUUID()}@example.com`;
    const answers = [
      await sent('requestPasswordReset', 'RequestPasswordResetInput', { email }),
      await sent('requestPasswordReset', 'RequestPasswordResetInput', { email: nobody }),
    ];
    expect(answers[1]!.json.data).toEqual(answers[0]!.json.data);
    expect(answers[1]!.status).toBe(answers[0]!.status);
    await mailbox.arrived(email);
    await drained();
    expect(mailbox.to(nobody)).toEqual([]);
    const lines = await database.prisma.auditEntry.findMany({
      where: { action: 'requestPasswordReset' },
      orderBy: { id: 'desc' },
      take: 2,
    });
    expect(lines.map(({ target, outcome, details }) => ({ target, outcome, details }))).toEqual(
      Array.from({ length: 2 }, () => ({ target: null, outcome: 'OK', details: {} })),
    );
  });

  test('goes to the address that the user has, however somebody spells it', async () => {
    const { email } = await person();
    await request(` ${email.toUpperCase()} `);
    await mailbox.arrived(email);
    expect(await request('nobody at all')).toEqual({
      success: false,
      userErrors: [{ code: 'INVALID_INPUT', field: ['email'] }],
    });
    expect(await request('a@example.com\r\nBcc: b@example.com')).toMatchObject({ success: false });
  });
});

describe('the token', () => {
  test('works once, also when twenty use it at once', async () => {
    const { email, id } = await person();
    const token = await linkFor(email);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => reset(token, `${NEW}-${at}-b`)));
    const won = answers.findIndex(({ session }) => session !== null);
    expect(answers.filter(({ session }) => session !== null)).toHaveLength(1);
    for (const [at, answer] of answers.entries())
      if (at !== won) expect(codes(answer)).toEqual(['INVALID_RESET_TOKEN']);
    expect(codes(await reset(token))).toEqual(['INVALID_RESET_TOKEN']);
    expect(codes(await login(email, `${NEW}-${won}-b`))).toEqual([]);
    const { rowCount } = await database.pool.query('SELECT 1 FROM sessions WHERE user_id = $1 AND revoked_at IS NULL', [
      id,
    ]);
    expect(rowCount).toBe(2);
  });

  test('is good for half an hour', async () => {
    const { email } = await person();
    const token = await linkFor(email);
    clock.advance(30 * MINUTE_ms - 1);
    expect(codes(await reset(token, 'short'))).toEqual(['PASSWORD_TOO_SHORT']);
    clock.advance(1);
    expect(codes(await reset(token))).toEqual(['INVALID_RESET_TOKEN']);
  });

  test('is the newest only', async () => {
    const { email } = await person();
    const older = await linkFor(email);
    const newer = await linkFor(email, 2);
    expect(codes(await reset(older))).toEqual(['INVALID_RESET_TOKEN']);
    expect(codes(await reset(newer))).toEqual([]);
  });

  test.each([
    ['password', { newPassword: 'yet-Another-1-of-mine' }],
    ['e-mail address', { email: `moved-${randomUUID()}@example.com` }],
  ])('is good for nothing once the %s is another', async (_what, change) => {
    const { email, token: session } = await person();
    const token = await linkFor(email);
    expect(
      codes(await answerOf('updateLogin', 'UpdateLoginInput', { ...change, currentPassword: PASSWORD }, session)),
    ).toEqual([]);
    expect(codes(await reset(token))).toEqual(['INVALID_RESET_TOKEN']);
    // Where the user was reached before.
    expect((await mailbox.arrived(email, 2))[1]!.subject).toMatch(/^Your (password|sign-in name) was changed$/);
  });

  test('stays good when the new password is refused', async () => {
    const { email, username } = await person();
    const token = await linkFor(email);
    expect(codes(await reset(token, 'password1234'))).toEqual(['PASSWORD_TOO_COMMON']);
    expect(codes(await reset(token, `${username}-9-X`))).toEqual(['PASSWORD_TOO_COMMON']);
    expect(codes(await reset(token))).toEqual([]);
  });

  test('of a user who was suspended is answered like a wrong one', async () => {
    const { email, id } = await person();
    const token = await linkFor(email);
    await answerOf('suspendUser', 'SuspendUserInput', { userId: id, reason: 'a test' }, await admin());
    const answers = [
      await reset(token),
      await reset('A'.repeat(43)),
      await reset(''),
      await reset('no token'.repeat(1_000)),
    ];
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(codes(answers[0])).toEqual(['INVALID_RESET_TOKEN']);
    await request(email);
    await drained();
    expect(mailbox.to(email)).toHaveLength(1);
  });

  test('is nowhere but in the mail: not in a table, the log or the audit log', async () => {
    const { email } = await person();
    const token = await linkFor(email);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const { rows } = await database.pool.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'",
    );
    const hex = Buffer.from(token, 'base64url').toString('hex');
    for (const { name } of rows) {
      const { rowCount } = await database.pool.query(
        `SELECT 1 FROM "${name}" AS row WHERE row::text LIKE $1 OR row::text LIKE $2`,
        [`%${token}%`, `%${hex}%`],
      );
      expect({ name, rowCount }).toEqual({ name, rowCount: 0 });
    }
    await reset(token);
    expect(app.text()).not.toContain(token);
    expect(app.text()).not.toContain(email);
  });
});

describe('a second factor', () => {
  test('is not bypassed: the link needs a code, and stays good until it comes', async () => {
    const { email, token: session } = await person();
    const { enrolment } = await answerOf('enrolSecondFactor', 'EnrolSecondFactorInput', {}, session);
    const code = () => codeAt(enrolment.secret, clock.now());
    const confirmed = await answerOf('confirmSecondFactor', 'ConfirmSecondFactorInput', { code: code() }, session);
    const [recoveryCode] = confirmed.recoveryCodes;
    const token = await linkFor(email);
    const withCode = (given: string | null) =>
      answerOf('resetPassword', 'ResetPasswordInput', { token, newPassword: NEW, code: given });
    expect(codes(await reset(token))).toEqual(['SECOND_FACTOR_REQUIRED']);
    expect(codes(await withCode(null))).toEqual(['SECOND_FACTOR_REQUIRED']);
    expect(await withCode('000000')).toEqual({
      session: null,
      userErrors: [{ code: 'INVALID_CREDENTIALS', field: ['code'] }],
    });
    // Of the enrolment: each code is taken once.
    expect(codes(await withCode(code()))).toEqual(['INVALID_CREDENTIALS']);
    clock.advance(MINUTE_ms / 2);
    expect(codes(await withCode(code()))).toEqual([]);
    const again = await linkFor(email, 3);
    const byRecovery = { token: again, newPassword: `${NEW}-2`, code: recoveryCode };
    expect(codes(await answerOf('resetPassword', 'ResetPasswordInput', byRecovery))).toEqual([]);
    expect(codes(await login(email, `${NEW}-2`))).toEqual(['SECOND_FACTOR_REQUIRED']);
  });
});

describe('an administrator', () => {
  test('starts the reset of a user, with a reason, and learns no token', async () => {
    const { email, id } = await person();
    const start = (by: string | undefined, userId = id) =>
      sent('sendPasswordReset', 'SendPasswordResetInput', { userId, reason: 'asked by telephone' }, by);
    expect((await start(await admin())).json.data.sendPasswordReset).toEqual({ user: { id }, userErrors: [] });
    const [mail] = await mailbox.arrived(email);
    const lines = await database.prisma.auditEntry.findMany({
      where: { target: id, action: { endsWith: 'PasswordReset' } },
      orderBy: { id: 'asc' },
    });
    expect(lines).toMatchObject([
      { action: 'sendPasswordReset', outcome: 'OK', details: { reason: 'asked by telephone' } },
      { action: 'issuePasswordReset', outcome: 'OK', actorId: null, requestId: lines[0]!.requestId },
    ]);
    expect(codes(await reset(tokenIn(mail!)))).toEqual([]);
    const own = (await login(email, NEW)).session.accessToken;
    expect((await start(own)).json.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await start(undefined)).json.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(codes((await start(await admin(), randomUUID())).json.data.sendPasswordReset)).toEqual(['NOT_FOUND']);
  });
});

describe('a mail', () => {
  test('is asked for often and sent a few times in a while; nobody else’s is less for it', async () => {
    const [one, other] = [await person(), await person()];
    for (let count = 1; count <= limits.passwordReset.perEmail; count += 1) await linkFor(one.email, count);
    const { json } = await sent('requestPasswordReset', 'RequestPasswordResetInput', {
      email: one.email.toUpperCase(),
    });
    expect(json.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    await linkFor(other.email);
    clock.advance(120 * MINUTE_ms);
    await linkFor(one.email, limits.passwordReset.perEmail + 1);
  });

  test('can be asked for again before the last link ends, however many were asked for', async () => {
    const { email } = await person();
    const { perEmail, perEmail_ms, lifetime_ms } = limits.passwordReset;
    // At the begin of a window the refusal is the longest.
    clock.advance(perEmail_ms - (clock.now().getTime() % perEmail_ms));
    for (let count = 1; count <= perEmail; count += 1) await linkFor(email, count);
    const { json } = await sent('requestPasswordReset', 'RequestPasswordResetInput', { email });
    const { code, retryAfter } = json.errors![0].extensions;
    expect(code).toBe('RATE_LIMITED');
    expect(retryAfter * 1_000).toBeLessThan(lifetime_ms);
    clock.advance(retryAfter * 1_000);
    expect(codes(await reset(tokenIn(mailbox.to(email).at(-1)!), 'short'))).toEqual(['PASSWORD_TOO_SHORT']);
    await linkFor(email, perEmail + 1);
  });

  test('that waits already is asked for at no cost', async () => {
    const { email } = await person();
    mailbox.refusals.set(email, { code: 450, text: 'later' });
    for (let count = 0; count <= limits.passwordReset.perEmail; count += 1) await request(email);
    mailbox.refusals.delete(email);
    clock.advance(limits.mail.retryCap_ms);
    await mailbox.arrived(email);
    await drained();
    await linkFor(email, 2);
  });

  test('tells of changes, once while it waits and a few times an hour; the change is made all the same', async () => {
    const { email, id, token } = await person();
    const rename = async (): Promise<void> => {
      const change = { username: `person-${randomUUID().slice(0, 13)}`, currentPassword: PASSWORD };
      expect(codes(await answerOf('updateLogin', 'UpdateLoginInput', change, token))).toEqual([]);
    };
    mailbox.refusals.set(email, { code: 450, text: 'later' });
    for (let count = 0; count < 3; count += 1) await rename();
    expect(await database.prisma.mail.count({ where: { userId: id } })).toBe(1);
    mailbox.refusals.delete(email);
    for (let count = 1; count <= limits.mail.noticesPerHour; count += 1) {
      clock.advance(limits.mail.retry_ms);
      await mailbox.arrived(email, count);
      await drained();
      await rename();
    }
    expect(await waiting()).toBe(0);
    clock.advance(120 * MINUTE_ms);
    const own = (await login(email, PASSWORD)).session.accessToken;
    const change = { newPassword: NEW, currentPassword: PASSWORD };
    expect(codes(await answerOf('changePassword', 'ChangePasswordInput', change, own))).toEqual([]);
    const mails = await mailbox.arrived(email, limits.mail.noticesPerHour + 1);
    const names = Array.from({ length: limits.mail.noticesPerHour }, () => 'Your sign-in name was changed');
    expect(mails.map(({ subject }) => subject)).toEqual([...names, 'Your password was changed']);
  });

  test('that strangers asked for fills its queue, and what users are told does not', async () => {
    const { email, id } = await person();
    const fill = (columns: string, values: string, by: string[]) =>
      database.pool.query(
        `INSERT INTO mails (id, request_id, created_at, due_at, kind, ${columns})
         SELECT gen_random_uuid(), gen_random_uuid(), $1::timestamptz, $1::timestamptz + interval '1 day', ${values}
         FROM generate_series(0, ${limits.mail.waiting}) AS n`,
        [clock.now(), ...by],
      );
    try {
      await fill('user_id, recipient', `'NAMES_CHANGED', $2, 'a@example.com'`, [id]);
      expect(await request(email)).toMatchObject({ success: true });
      await fill('email_key', `'PASSWORD_RESET', n || 'nobody@example.com'`, []);
      await expect(request(email)).rejects.toThrow('OVERLOADED');
    } finally {
      await database.pool.query('DELETE FROM mails');
    }
  });

  test('that the mail server refuses for good is not tried again', async () => {
    const { email } = await person();
    mailbox.refusals.set(email, { code: 550, text: `no such user ${email}` });
    await request(email);
    await drained();
    expect(app.text()).toContain('a mail was refused for good');
    expect(app.text()).not.toContain(email);
  });

  test('that the mail server puts off is tried again, with a new link', async () => {
    const { email } = await person();
    mailbox.refusals.set(email, { code: 450, text: `greylisted ${email}` });
    await request(email);
    await until(() => app.text().includes('it is tried again'));
    mailbox.refusals.delete(email);
    clock.advance(limits.mail.retry_ms);
    await mailbox.arrived(email);
    expect(codes(await reset(tokenIn(mailbox.to(email)[0]!)))).toEqual([]);
    expect(app.text()).not.toContain(email);
  });

  test('to a user who has left is not sent', async () => {
    const { email, token } = await person();
    await linkFor(email);
    mailbox.refusals.set(email, { code: 450, text: 'later' });
    await answerOf('changePassword', 'ChangePasswordInput', { currentPassword: PASSWORD, newPassword: NEW }, token);
    const { accessToken } = (await login(email, NEW)).session;
    const { json } = await post(app, `mutation { deleteAccount(input: { password: "${NEW}" }) { success } }`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(json.data.deleteAccount.success).toBe(true);
    expect(await waiting()).toBe(0);
    expect(await database.prisma.passwordReset.count({ where: { user: { emailKey: { contains: '@deleted' } } } })).toBe(
      0,
    );
  });

  test('is one of the circuits', async () => {
    const { json } = await post(app, '{ circuits { name } }', {
      headers: { authorization: `Bearer ${await admin()}` },
    });
    expect(json.data.circuits).toContainEqual({ name: 'mail' });
  });
});

test('one document asks for one reset, or tries one token', async () => {
  const { json, status } = await post(
    app,
    'mutation { a: requestPasswordReset(input: { email: "a@example.com" }) { success } b: resetPassword(input: { token: "x", newPassword: "y" }) { userErrors { code } } }',
  );
  expect(status).toBe(400);
  expect(json.errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX' } }]);
});

describe('budgets', () => {
  test('count what one address asks for and tries, whatever the e-mail addresses and tokens; what is right is free', async () => {
    const own = testClock();
    const settings = { ...mailTo(mailbox), LOGIN_ATTEMPTS_PER_MINUTE: '3' };
    const limited = await startRealApp(settings, { clock: own });
    try {
      const ask = async (field: string, type: string, input: object) => {
        const made = field === 'requestPasswordReset' ? 'success' : 'session { expiresIn }';
        const query = `mutation ($input: ${type}!) { ${field}(input: $input) { ${made} userErrors { code } } }`;
        const { json } = await post(limited, query, { variables: { input } });
        return json.errors?.[0].extensions.code ?? json.data[field].userErrors[0]?.code ?? 'OK';
      };
      const request = (email: string) => ask('requestPasswordReset', 'RequestPasswordResetInput', { email });
      const reset = (token: string, newPassword = NEW) =>
        ask('resetPassword', 'ResetPasswordInput', { token, newPassword });
      const guesses = [];
      for (let at = 0; at < 4; at += 1) guesses.push(await reset(`${at}`.repeat(43)));
      expect(guesses).toEqual([...Array.from({ length: 3 }, () => 'INVALID_RESET_TOKEN'), 'RATE_LIMITED']);
      expect(await request('one@example.com')).toBe('RATE_LIMITED');
      own.advance(2 * MINUTE_ms);
      const username = `person-${randomUUID().slice(0, 13)}`;
      const email = `${username}@example.com`;
      expect(await ask('register', 'RegisterInput', { username, email, password: PASSWORD })).toBe('OK');
      expect(await request(email)).toBe('OK');
      const token = tokenIn((await mailbox.arrived(email))[0]!);
      for (let at = 0; at < 5; at += 1) expect(await reset(token, 'short')).toBe('PASSWORD_TOO_SHORT');
      expect([
        await request('one@example.com'),
        await request('two@example.com'),
        await request('three@example.com'),
      ]).toEqual(['OK', 'OK', 'RATE_LIMITED']);
    } finally {
      await limited.close();
    }
  });
});

describe('a server that sends no mail', () => {
  const ask = async (app: RealApp, email: string) => {
    const query =
      'mutation ($email: String!) { requestPasswordReset(input: { email: $email }) { success userErrors { code } } }';
    return (await post(app, query, { variables: { email } })).json.data.requestPasswordReset;
  };

  test('says so to everybody alike in production', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const silent = await startRealApp({
      ENVIRONMENT: 'production',
      JWT_SECRET_KEY: randomUUID() + randomUUID(),
      AUDIT_SEAL_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    });
    try {
      const no = { success: false, userErrors: [{ code: 'NOT_SUPPORTED' }] };
      expect(await ask(silent, 'admin@example.com')).toEqual(no);
      expect(await ask(silent, 'nobody@example.com')).toEqual(no);
    } finally {
      await silent.close();
    }
  });

  test('writes it into the log on a desk, and says that it does', async () => {
    const desk = await startRealApp();
    try {
      expect(await ask(desk, 'user@example.com')).toEqual({ success: true, userErrors: [] });
      await until(() => desk.text().includes('#token='));
      expect(desk.text()).toContain('SMTP_URL is not set, so this mail is written here instead (never in production)');
    } finally {
      await desk.close();
    }
  });
});
