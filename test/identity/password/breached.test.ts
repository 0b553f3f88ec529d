import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isListed } from '../../../src/identity/password/breached.ts';
import { post, type TestAnswer } from '../../http/harness.ts';
import { type RealApp, startRealApp } from '../../http/real-app.ts';
import { sha1, startRanges } from '../../support/ranges.ts';

/* No rule and no list of the server's own refuses these. */
const SEEN = 'seen-Once-in-9-breaches';
const OTHER_SEEN = 'fresh-Mown-5-hay-stacks';
const GOOD = 'quiet-River-under-7-bridges';

let service: Awaited<ReturnType<typeof startRanges>>;
let app: RealApp;
let admin: string;

/** What a mutation makes, of those that take a password. */
const made: Record<string, string> = { updateLogin: 'user { id }', createUser: 'user { id }' };

const sent = async (token: string | undefined, field: string, type: string, input: object): Promise<TestAnswer> =>
  post(
    app,
    `mutation ($input: ${type}!) {
      ${field}(input: $input) { ${made[field] ?? 'session { accessToken }'} userErrors { code message field } }
    }`,
    { variables: { input }, ...(token && { headers: { authorization: `Bearer ${token}` } }) },
  );
let number = 0;
const register = (password: string) => {
  number += 1;
  const username = `somebody${number}`;
  return sent(undefined, 'register', 'RegisterInput', { username, email: `${username}@example.com`, password });
};
const tokenOf = (answer: TestAnswer, field: string): string => answer.json.data[field].session.accessToken;
const metric = async (outcome: string): Promise<number> => {
  const text = await (
    await fetch(`${app.url}/metrics`, { headers: { authorization: 'Bearer a-token-for-metrics' } })
  ).text();
  const line = text.match(new RegExp(`bourse_breached_password_checks_total\\{outcome="${outcome}"\\} (\\d+)`));
  return Number(line?.[1] ?? 0);
};

const circuits = async () => {
  const { json } = await post(app, '{ circuits { name state } }', { headers: { authorization: `Bearer ${admin}` } });
  return json.data.circuits;
};

beforeAll(async () => {
  service = await startRanges([SEEN, OTHER_SEEN, 'Ångström-wide-8-gaps'.normalize('NFKC')]);
  app = await startRealApp({
    BREACHED_PASSWORDS_URL: service.url,
    METRICS_TOKEN: 'a-token-for-metrics',
  });
  const login = { email: 'admin@example.com', password: 'admin123' };
  admin = tokenOf(await sent(undefined, 'login', 'LoginInput', login), 'login');
});
/** As if nothing had failed before: the circuit is reset, and the service has answered since. */
beforeEach(async () => {
  service.answers(service.good);
  const reset = 'mutation { resetCircuit(input: { name: "breached-passwords" }) { userErrors { code } } }';
  await post(app, reset, { headers: { authorization: `Bearer ${admin}` } });
  await register(`warm-Up-${number}-times`);
  expect(await circuits()).toContainEqual({ name: 'breached-passwords', state: 'CLOSED' });
  service.asked.length = 0;
});
afterAll(async () => {
  await app.close();
  service.close();
});

const refusal = (field: string) => [
  { code: 'PASSWORD_TOO_COMMON', message: 'This password was seen in a breach; choose another.', field: [field] },
];

describe('a password that was seen in a breach', () => {
  test('is refused wherever one is set, and nothing changes', async () => {
    expect((await register(SEEN)).json.data.register).toEqual({ session: null, userErrors: refusal('password') });
    const session = tokenOf(await register(GOOD), 'register');
    const change = { currentPassword: GOOD, newPassword: SEEN };
    const changed = await sent(session, 'changePassword', 'ChangePasswordInput', change);
    expect(changed.json.data.changePassword).toEqual({ session: null, userErrors: refusal('newPassword') });
    const updated = await sent(session, 'updateLogin', 'UpdateLoginInput', { newPassword: OTHER_SEEN });
    expect(updated.json.data.updateLogin).toEqual({ user: null, userErrors: refusal('newPassword') });
    const user = { username: 'made-by-staff', email: 'made@example.com', password: SEEN };
    const created = await sent(admin, 'createUser', 'CreateUserInput', user);
    expect(created.json.data.createUser).toEqual({ user: null, userErrors: refusal('password') });
    const again = await sent(session, 'changePassword', 'ChangePasswordInput', {
      currentPassword: GOOD,
      newPassword: 'another-Good-1-of-these',
    });
    expect(again.json.data.changePassword.userErrors).toEqual([]);
  });

  test('is refused however its letters are composed', async () => {
    const { userErrors } = (await register('Ångström-wide-8-gaps'.normalize('NFD'))).json.data.register;
    expect(userErrors).toEqual(refusal('password'));
  });

  test('is not asked for by whoever does not know the present one', async () => {
    const session = tokenOf(await register(GOOD), 'register');
    service.asked.length = 0;
    const guess = { currentPassword: 'not-The-one-that-it-is', newPassword: SEEN };
    const { userErrors } = (await sent(session, 'changePassword', 'ChangePasswordInput', guess)).json.data
      .changePassword;
    expect(userErrors.map(({ code }: { code: string }) => code)).toEqual(['INVALID_CREDENTIALS']);
    expect(service.asked).toEqual([]);
  });
});

describe('the service', () => {
  test('learns five characters of the hash and asks for padding', async () => {
    const password = 'never-Asked-before-3-times';
    expect((await register(password)).json.data.register.userErrors).toEqual([]);
    expect(service.asked).toEqual([{ path: `/range/${sha1(password).slice(0, 5)}`, padding: 'true' }]);
  });

  test('is asked once for the same range within an hour', async () => {
    const password = 'tried-Again-and-4-gain';
    await register(password);
    await register(password);
    expect(service.asked).toHaveLength(1);
  });

  test('pads with counts of 0, which are no breaches', () => {
    const [rest, padding] = ['A'.repeat(35), 'B'.repeat(35)];
    const list = `${padding}:0\r\n${rest}:3`;
    expect(isListed(list, rest)).toBe(true);
    expect(isListed(list, padding)).toBe(false);
    expect(isListed(list, 'C'.repeat(35))).toBe(false);
    expect(isListed(list, 'A'.repeat(34))).toBe(false);
    expect(isListed('', rest)).toBe(false);
  });

  test.each([
    ['says nothing', () => {}],
    ['fails', (_: unknown, response: ServerResponse) => response.writeHead(503).end()],
    ['has moved', (_: unknown, response: ServerResponse) => response.writeHead(302, { location: '/' }).end()],
    [
      'answers without end',
      (_: unknown, response: ServerResponse) => {
        const line = `${'A'.repeat(35)}:1\r\n`.repeat(1_000);
        const more = (): void => {
          if (!response.destroyed) response.write(line, () => setImmediate(more));
        };
        more();
      },
    ],
    [
      'is a page of a proxy',
      (_: unknown, response: ServerResponse) => response.end('<html>Sign in to the network</html>'),
    ],
  ])(
    'that %s keeps nobody from a password that the rules allow, and a metric and the log tell',
    async (what, answer) => {
      service.answers(answer);
      const before = await metric('unknown');
      const password = `while-It-${what.replaceAll(' ', '-')}-2-day`;
      expect((await register(password)).json.data.register.userErrors).toEqual([]);
      expect(service.asked.length).toBeGreaterThan(0);
      expect(await metric('unknown')).toBe(before + 1);
      expect(app.text()).toContain('a new password was taken without asking whether it was seen in a breach');
      expect(app.text()).not.toContain(password);
    },
  );

  test('that does not answer leaves the rules and the list of common passwords in force', async () => {
    service.answers((_, response) => response.writeHead(503).end());
    const { userErrors } = (await register('password1234')).json.data.register;
    expect(userErrors.map(({ code }: { code: string }) => code)).toEqual(['PASSWORD_TOO_COMMON']);
  });

  test('that keeps failing is not asked any more for a while, as operators see', async () => {
    service.answers((_, response) => response.writeHead(503).end());
    for (let times = 0; times < 12; times += 1) await register(`once-More-${times}-and-out`);
    expect(await circuits()).toContainEqual({ name: 'breached-passwords', state: 'OPEN' });
    service.asked.length = 0;
    expect((await register('left-In-peace-4-a-while')).json.data.register.userErrors).toEqual([]);
    expect(service.asked).toEqual([]);
  });
});
