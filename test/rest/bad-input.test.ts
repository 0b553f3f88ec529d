import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCursor } from '../../src/kernel/page.ts';
import { limits } from '../../src/limits.ts';
import { send, type TestAnswer } from '../http/harness.ts';
import { type RealApp, startRealApp } from '../http/real-app.ts';

/* What no face takes: each refuses it with a documented 4xx, with the field and the reason, in its own words. */

let app: RealApp;
let token: string;
beforeAll(async () => {
  app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0' });
  const body = JSON.stringify({ email: 'admin@example.com', password: 'admin123' });
  const headers = { 'content-type': 'application/json' };
  token = (await send(`${app.url}/native/api/v1/auth/login`, { method: 'POST', headers, body })).json.accessToken;
});
afterAll(() => app.close());

interface Told {
  reason: unknown;
  fields: string[];
}

const ofProblem = ({ json, headers, status }: TestAnswer): Told => {
  expect(headers['content-type']).toContain('application/problem+json');
  expect([json.status, json.instance]).toEqual([status, expect.any(String)]);
  return { reason: json.detail, fields: (json.errors ?? []).map(({ field }: { field: string }) => field) };
};

interface Item {
  loc: string[];
  msg: string;
}
const ofDetail = ({ json, headers }: TestAnswer): Told => {
  expect(headers['content-type']).toContain('application/json');
  const { detail } = json;
  if (!Array.isArray(detail)) return { reason: detail, fields: [] };
  expect(detail.every(({ msg }: Item) => msg.length > 0)).toBe(true);
  return { reason: detail[0].msg, fields: detail.map(({ loc }: Item) => loc.slice(1).join('.')) };
};

const ofEnvelope = (answer: TestAnswer): Told => {
  if (answer.status === 422) return ofDetail(answer);
  expect(answer.json).toEqual({ status: 'error', data: null, message: expect.any(String) });
  return { reason: answer.json.message, fields: [] };
};

interface FaceUnderTest {
  name: string;
  base: string;
  /** A route that takes a name and a password. */
  signIn: string;
  given: Record<string, string>;
  /** A list with a parameter that is a number. */
  list?: [path: string, number: string];
  /** A route with a parameter in its path. */
  one?: string;
  /** What does not fit is 422 there, 400 in the native face. */
  misfit: number;
  told: (answer: TestAnswer) => Told;
}

const email = { email: 'user@example.com', password: 'user123' };
const username = { username: 'user', password: 'user123' };
const faces: FaceUnderTest[] = [
  {
    name: 'native',
    base: '/native',
    signIn: '/api/v1/auth/login',
    given: email,
    list: ['/api/v1/orders', 'first'],
    one: '/api/v1/orders/',
    misfit: 400,
    told: ofProblem,
  },
  {
    name: 'system 000',
    base: '',
    signIn: '/api/v1/auth/login',
    given: email,
    list: ['/api/v1/trading/orders', 'first'],
    misfit: 422,
    told: ofDetail,
  },
  {
    name: 'system 001',
    base: '/001',
    signIn: '/api/v1/auth/login',
    given: email,
    list: ['/api/v1/users', 'page'],
    one: '/api/v1/users/',
    misfit: 422,
    told: ofProblem,
  },
  {
    name: 'system 002',
    base: '/002',
    signIn: '/api/v1/auth/register',
    given: { ...email, username: 'user' },
    misfit: 422,
    told: ofDetail,
  },
  { name: 'system 003', base: '/003', signIn: '/api/auth/login', given: username, misfit: 422, told: ofDetail },
  { name: 'system 004', base: '/004', signIn: '/login', given: username, misfit: 422, told: ofEnvelope },
];

interface Sent {
  method?: string;
  path?: string;
  type?: string;
  body?: string | Buffer;
  headers?: Record<string, string>;
}

const JSON_BODY = 'application/json';
const post = (face: FaceUnderTest, { method = 'POST', path, type = JSON_BODY, body, headers }: Sent) =>
  send(`${app.url}${face.base}${path ?? face.signIn}`, {
    method,
    headers: { 'content-type': type, ...headers },
    body: body ?? JSON.stringify(face.given),
  });

type Expected = [status: number | 'misfit', fields: string[]];
const bodies: [what: string, sent: (face: FaceUnderTest) => Sent, ...Expected][] = [
  [
    'a field of another type',
    ({ given }) => ({ body: JSON.stringify({ ...given, password: 1 }) }),
    'misfit',
    ['password'],
  ],
  [
    'a missing field',
    ({ given }) => ({ body: JSON.stringify({ ...given, password: undefined }) }),
    'misfit',
    ['password'],
  ],
  [
    'an object with a secret for a text',
    ({ given }) => ({ body: JSON.stringify({ ...given, password: { is: 'user123' } }) }),
    'misfit',
    ['password'],
  ],
  ['null for a field', ({ given }) => ({ body: JSON.stringify({ ...given, password: null }) }), 'misfit', ['password']],
  ['a list', () => ({ body: '[]' }), 'misfit', ['']],
  ['a text', () => ({ body: '"user"' }), 'misfit', ['']],
  ['the character U+0000', ({ given }) => ({ body: JSON.stringify({ ...given, password: 'a\0b' }) }), 400, []],
  ['a body that is too deep', () => ({ body: '['.repeat(900) + ']'.repeat(900) }), 400, []],
  [
    'a body of too many fields',
    () => ({
      body: JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`f${at}`, 'user123']))),
    }),
    400,
    [],
  ],
  ['another content type', () => ({ type: 'text/plain' }), 415, []],
  ['XML', () => ({ type: 'application/xml', body: '<a/>' }), 415, []],
  ['JSON of another charset', () => ({ type: 'application/json; charset=utf-16' }), 415, []],
  ['a compressed body', () => ({ headers: { 'content-encoding': 'gzip' } }), 415, []],
  [
    'a body that is too large',
    ({ given }) => ({ body: JSON.stringify({ ...given, x: 'x'.repeat(200_000) }) }),
    413,
    [],
  ],
  ['another method in a header', () => ({ headers: { 'x-http-method-override': 'DELETE' } }), 400, []],
  ['another method in another header', () => ({ headers: { 'x-method-override': 'PUT' } }), 400, []],
  ['a key with spaces', () => ({ headers: { 'idempotency-key': 'a b' } }), 400, []],
  ['a key without end', () => ({ headers: { 'idempotency-key': 'k'.repeat(129) } }), 400, []],
  ['a trailing slash', ({ signIn }) => ({ path: `${signIn}/` }), 404, []],
  ['two slashes', ({ signIn }) => ({ path: signIn.replace(/\/(\w+)$/, '//$1') }), 404, []],
  [
    'a letter behind a percent sign',
    ({ signIn }) => ({ path: signIn.replace('log', '%6cog').replace('reg', '%72eg') }),
    404,
    [],
  ],
  ['a slash behind a percent sign', ({ signIn }) => ({ path: signIn.replace(/\/(\w+)$/, '/%2f$1') }), 404, []],
  [
    'capital letters',
    ({ signIn }) => ({ path: signIn.toUpperCase().replace('/API/V1', '/api/v1').replace('/API', '/api') }),
    404,
    [],
  ],
  ['a path that is too long', ({ signIn }) => ({ path: `${signIn}/${'x'.repeat(8_000)}` }), 404, []],
  ['another method', () => ({ method: 'PATCH' }), 405, []],
  ['a method that nobody knows', () => ({ method: 'PROPFIND' }), 405, []],
];

const notJson: [string, string | Buffer][] = [
  ['half an object', '{'],
  ['nothing', ' '],
  ['a comment', '{"a": 1 /* b */}'],
  ['bytes that are no text', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
];

const check = (face: FaceUnderTest, answer: TestAnswer, status: number | 'misfit', fields: string[]): void => {
  const told = face.told(answer);
  expect([answer.status, told.reason]).toEqual([
    status === 'misfit' ? face.misfit : status,
    expect.stringMatching(/\w/),
  ]);
  // Where the body as a whole is meant, faces say so each in their own way.
  if (fields.length > 0 && fields[0] !== '') expect(told.fields).toEqual(fields);
  expect(answer.headers['x-request-id']).toEqual(expect.any(String));
  expect(answer.text).not.toContain('user123');
};

describe.each(faces)('$name', (face) => {
  it.each(bodies)('refuses %s', async (_what, sent, status, fields) => {
    const answer = await post(face, sent(face));
    check(face, answer, status, fields);
    if (status === 405) expect(answer.headers.allow).toMatch(/\bPOST\b.*\bOPTIONS\b/);
  });

  it('tells of a bounded number of problems', async () => {
    const body = JSON.stringify(Object.fromEntries(Array.from({ length: 900 }, (_, at) => [`f${at}`, 'user123'])));
    const answer = await post(face, { body });
    expect(answer.status).toBe(face.misfit);
    expect(face.told(answer).fields.length).toBeLessThanOrEqual(limits.graphql.errors);
    expect(answer.text).not.toContain('user123');
  });

  it.each(notJson)('refuses %s for JSON', async (_what, body) => {
    check(face, await post(face, { body }), 'misfit', []);
  });
});

const get = (face: FaceUnderTest, path: string, more: Record<string, string> = {}, body?: string) =>
  send(`${app.url}${face.base}${path}`, {
    headers: { authorization: `Bearer ${token}`, ...more },
    ...(body !== undefined && { body }),
  });

describe.each(faces.filter(({ list }) => list))('a list of $name', (face) => {
  const [path, name] = face.list!;

  it('refuses a body on GET', async () => {
    const headers = { 'content-type': JSON_BODY, 'content-length': '2' };
    check(face, await get(face, path, headers, '{}'), 400, []);
  });

  it.each(['x', '1.5', '', '1e1', '0x1', '99999999999999999999', '1&N=2'])('refuses the number %j', async (text) => {
    check(face, await get(face, `${path}?${name}=${text.replace('N', name)}`), 'misfit', [name]);
  });

  it.each(['0', '-1'])('refuses the page %j', async (text) => {
    check(face, await get(face, `${path}?${name}=${text}`), 'misfit', [name]);
  });
});

const future = '2090-01-01T00:00:00Z';
const past = '2026-01-01T00:00:00Z';
describe.each([
  ['native', '/api/v1/orders?first=101', 'first'],
  ['native', '/api/v1/orders?last=0', 'last'],
  ['native', '/api/v1/orders?first=1&last=1', 'last'],
  ['native', '/api/v1/orders?after=abc', 'after'],
  ['native', '/api/v1/orders?before=abc', 'before'],
  ['native', '/api/v1/instruments?after=abc-', 'after'],
  ['native', `/api/v1/instruments?search=${'x'.repeat(200)}`, 'search'],
  ['native', `/api/v1/positions?asOf=${future}`, 'asOf'],
  ['native', `/api/v1/accounts/ID/balances?asOf=${future}`, 'asOf'],
  ['native', `/api/v1/accounts/ID/statement?from=${past}&to=${future}`, 'to'],
  ['native', `/api/v1/accounts/ID/statement?from=${past}&to=${past}`, 'from'],
  ['native', `/api/v1/accounts/ID/portfolio-history?from=${past}&to=${past}&interval=DAY`, 'from'],
  ['native', `/api/v1/accounts/ID/portfolio-history?from=${past}&to=2026-06-01T00:00:00Z&interval=MINUTE`, 'interval'],
  ['system 000', '/api/v1/trading/orders?after=abc', 'after'],
  ['system 003', '/api/orders?first=101', 'first'],
])('%s: GET %s', (of, path, name) => {
  it(`names ${name}`, async () => {
    const face = faces.find((one) => one.name === of)!;
    const { items } = (await get(faces[0]!, '/api/v1/accounts')).json;
    check(face, await get(face, path.replace('ID', items[0].id)), 'misfit', [name]);
  });
});

describe.each(['019aa5a2-7c00-7000-8000-0000000000ff', 'nonsense', 'OTHER'])('the account %s', (id) => {
  it.each([
    '',
    '/balances',
    '/positions',
    `/balances?asOf=${past}`,
    `/statement?from=${past}&to=2026-06-01T00:00:00Z`,
    `/portfolio-history?from=${past}&to=2026-06-01T00:00:00Z&interval=DAY`,
  ])('%s is not found by a customer', async (path) => {
    const native = faces[0]!;
    const { accessToken } = (await post(native, {})).json;
    const foreign = (await get(native, '/api/v1/accounts')).json.items[0].id;
    const more = { authorization: `Bearer ${accessToken}` };
    const of = `/api/v1/accounts/${id.replace('OTHER', foreign)}`;
    const [answer, sibling] = [await get(native, of + path, more), await get(native, of, more)];
    check(native, answer, 404, []);
    const { request_id: _, instance: __, ...said } = answer.json;
    expect(sibling.json).toMatchObject(said);
    const { items } = (await get(native, '/api/v1/accounts', more)).json;
    expect((await get(native, `/api/v1/accounts/${items[0].id}${path}`, more)).status).toBe(200);
  });
});

const lists: [list: string, path: string][] = [
  ['orders', '/api/v1/orders'],
  ['journal', '/api/v1/journal'],
  ['movements', `/api/v1/accounts/ID/statement?from=${past}&to=2026-06-01T00:00:00Z`],
  ['users', '/api/v1/users'],
  ['auditLog', '/api/v1/audit-log'],
];
it.each(lists)('the cursors of %s are taken there and by no other list', async (list) => {
  const native = faces[0]!;
  const { items } = (await get(native, '/api/v1/accounts')).json;
  const cursor = encodeCursor(list, { createdAt: new Date(past), id: items[0].id });
  for (const [other, path] of [...lists, ['instruments', '/api/v1/instruments'] as const]) {
    const address = `${path.replace('ID', items[0].id)}${path.includes('?') ? '&' : '?'}after=${cursor}`;
    const answer = await get(native, address);
    if (other === list) expect([other, answer.status]).toEqual([other, 200]);
    else check(native, answer, 'misfit', ['after']);
  }
});

it('of native a body that is no object is named', async () => {
  expect(ofProblem(await post(faces[0]!, { body: '[]' })).fields).toEqual(['body']);
});

describe.each(faces.filter(({ one }) => one))('one of $name', (face) => {
  it.each(['%ff', '%00', '%', '%2'])('is not found at %s', async (segment) => {
    check(face, await get(face, `${face.one}${segment}`), 404, []);
  });
});
