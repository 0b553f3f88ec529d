import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { limits } from '../../src/limits.ts';
import { post, send, startTestServer, type TestAnswer, type TestServer } from '../http/harness.ts';

/* Values that fit no type, or are too many or too deep, against the schema that is served: none of them reaches a resolver. */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ schema, introspection: false });
});
afterAll(() => server.close());

const SECRET = 'hunter2-and-more';
const strict = { accept: 'application/graphql-response+json' };
const login = 'mutation ($input: LoginInput!) { login(input: $input) { userErrors { code } } }';
const listed = 'query ($status: [OrderStatus!]) { orders(filter: { status: $status }) { edges { cursor } } }';
const place = 'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id } } }';

const codes = ({ json }: TestAnswer): string[] =>
  (json.errors ?? []).map(({ extensions }: { extensions: { code: string } }) => extensions.code);
const messages = ({ json }: TestAnswer): string[] =>
  (json.errors ?? []).map(({ message }: { message: string }) => message);

const manyKeys = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, number) => [`k${number}`, SECRET]));

describe('variables that do not fit', () => {
  it.each([
    ['a list of wrong items', listed, { status: Array.from({ length: limits.http.listItems }, (_, number) => number) }],
    ['an object of unknown fields', login, { input: { password: SECRET, ...manyKeys(limits.http.listItems - 1) } }],
    ['a field with a name as long as a body may be', login, { input: { password: SECRET, ['n'.repeat(90_000)]: 1 } }],
  ])('are answered shortly: %s', async (_name, query, variables) => {
    const answer = await post(server, query, { variables, headers: strict });
    expect(answer.status).toBe(400);
    expect(new Set(codes(answer))).toEqual(new Set(['BAD_USER_INPUT']));
    expect(codes(answer).length).toBeLessThanOrEqual(limits.graphql.errors + 1);
    for (const message of messages(answer)) expect(message.length).toBeLessThanOrEqual(limits.graphql.errorCharacters);
    expect(answer.text).not.toContain(SECRET);
  });

  it.each([
    ['a list of wrong items', listed, { status: Array.from({ length: 48_000 }, () => 1) }],
    ['an object of unknown fields', login, { input: manyKeys(3_500) }],
    ['lists of lists', listed, { status: Array.from({ length: 900 }, () => [1, 2, 3, 4, 5, 6]) }],
  ])('are not looked at when there are too many of them: %s', async (_name, query, variables) => {
    const answer = await post(server, query, { variables, headers: strict });
    expect([answer.status, codes(answer)]).toEqual([400, ['BAD_REQUEST']]);
    expect(answer.text.length).toBeLessThan(500);
  });

  it.each([
    ['text where an object is expected', login, { input: SECRET }, '"$input"', 'LoginInput'],
    ['a list for an object', login, { input: [SECRET] }, '"$input"', 'LoginInput'],
    ['an object for text', login, { input: { password: { p: SECRET } } }, '"input.password"', 'String'],
    ['a list for text', login, { input: { password: [SECRET] } }, '"input.password"', 'String'],
    ['a missing field beside it', login, { input: { email: SECRET } }, '"password"', 'String!'],
    ['an unknown field beside it', login, { input: { password: SECRET, pasword: 1 } }, '"pasword"', 'LoginInput'],
    ['an unknown enum value', place, { input: { side: SECRET } }, '"input.side"', 'OrderSide'],
    ['a decimal that is none', place, { input: { qty: SECRET } }, '"input.qty"', 'Decimal'],
    ['an item of a list', listed, { status: ['NEW', { s: SECRET }] }, '"status[1]"', 'OrderStatus'],
    [
      'text for a number',
      'query ($first: Int) { instruments(first: $first) { edges { cursor } } }',
      { first: SECRET },
      '"$first"',
      'Int',
    ],
  ])('are told by place and type, never by value: %s', async (_name, query, variables, place, type) => {
    const answer = await post(server, query, { variables });
    expect(codes(answer)).toContain('BAD_USER_INPUT');
    expect(messages(answer).some((message) => message.includes(place) && message.includes(type))).toBe(true);
    expect(answer.text).not.toContain(SECRET);
    expect(answer.text).not.toContain('Did you mean');
  });

  it('may be told what was meant where the schema is open', async () => {
    const open = await startTestServer({ schema });
    const answer = await post(open, place, { variables: { input: { side: 'BUYY' } } });
    await open.close();
    expect(answer.text).toContain('Did you mean');
    expect(answer.text).not.toContain('BUYY');
  });
});

describe('literals that do not fit', () => {
  it.each([
    ['a list for text', `mutation { login(input: { password: ["${SECRET}"] }) { userErrors { code } } }`],
    ['text for an object', `mutation { login(input: "${SECRET}") { userErrors { code } } }`],
    ['an unknown enum value', `mutation { placeOrder(input: { side: "${SECRET}" }) { order { id } } }`],
    ['text for a number', `{ instruments(first: "${SECRET}") { edges { cursor } } }`],
  ])('are not repeated either: %s', async (_name, query) => {
    const answer = await post(server, query);
    expect(codes(answer).length).toBeGreaterThan(0);
    expect(answer.text).not.toContain(SECRET);
  });
});

describe('nesting', () => {
  const deep = 1_900;
  const wrap = (open: string, inner: string, close: string, levels = deep): string =>
    open.repeat(levels) + inner + close.repeat(levels);
  it.each([
    ['lists that never end', `{ account(id: ${'['.repeat(deep)}`],
    ['lists', `{ account(id: ${wrap('[', '1', ']', 900)}) { id } }`],
    ['objects', `{ account(id: ${wrap('{a:', '1', '}', 600)}) { id } }`],
    ['selection sets', wrap('{a', '', '}', 900)],
    ['types of variables', `query ($a: ${wrap('[', 'Int', ']', 900)}) { me { id } }`],
    ['default values', `query ($a: Int = ${'['.repeat(deep)}`],
    ['arguments of directives', `{ me @skip(if: ${'['.repeat(deep)}`],
  ])('of a document is bounded: %s', async (_name, query) => {
    const answer = await post(server, query, { headers: strict });
    expect([answer.status, codes(answer)]).toEqual([400, ['QUERY_TOO_COMPLEX']]);
  });

  it('is not counted in texts and comments, nor side by side', async () => {
    const text = `# ${'['.repeat(100)}\n{ a: account(id: "${'['.repeat(100)}") { id } ${'b: me { id } '.repeat(50)} }`;
    expect((await post(server, text)).text).not.toContain('nested');
  });

  it('of JSON is bounded, wherever it stands', async () => {
    const nested = wrap('[', '1', ']', 40_000);
    const headers = { 'content-type': 'application/json', ...strict };
    const bodies = [
      nested,
      `{"query": "{ me { id } }", "variables": {"a": ${nested}}}`,
      `{"query": "{ me { id } }", "extensions": {"a": ${nested}}}`,
    ];
    for (const body of bodies) {
      const answer = await send(`${server.url}/graphql`, { method: 'POST', headers, body });
      expect([answer.status, codes(answer)]).toEqual([400, ['BAD_REQUEST']]);
    }
    const variables = encodeURIComponent(`{"a": ${wrap('[', '1', ']', 1_000)}}`);
    const got = await send(`${server.url}/graphql?query={__typename}&variables=${variables}`, { headers: strict });
    expect([got.status, codes(got)]).toEqual([400, ['BAD_REQUEST']]);
  });
});
