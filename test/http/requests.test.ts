import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { post, send, sendRaw, startTestServer, type TestServer } from './harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const json = { 'content-type': 'application/json' };
const body = (text: string | Buffer, headers: Record<string, string> = json) =>
  send(`${server.url}/graphql`, { method: 'POST', headers, body: text });
const get = (parameters: Record<string, string>, headers: Record<string, string> = {}) =>
  send(`${server.url}/graphql?${new URLSearchParams(parameters)}`, { headers });
const codeOf = (answer: { json: { errors: { extensions: { code: string } }[] } }) =>
  answer.json.errors[0]?.extensions.code;

describe('a body', () => {
  it('may be as long as the bound and not one byte longer', async () => {
    const query = (length: number) => {
      const start = '{"query":"{ hello }';
      return `${start}${' '.repeat(length - start.length - 2)}"}`;
    };
    expect((await body(query(limits.http.bodyBytes))).json.data).toEqual({ hello: 'world' });
    const refused = await body(query(limits.http.bodyBytes + 1));
    expect(refused.status).toBe(413);
    expect(codeOf(refused)).toBe('PAYLOAD_TOO_LARGE');
  });

  it('without a length is counted as it comes', async () => {
    const chunk = 'x'.repeat(0x4000);
    const chunks = `4000\r\n${chunk}\r\n`.repeat(8);
    const head =
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    const refused = await sendRaw(server, `${head}${chunks}0\r\n\r\n`);
    expect(refused.status).toBe(413);
    expect(codeOf(refused)).toBe('PAYLOAD_TOO_LARGE');
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    'may be %s',
    async (type) => {
      expect((await body('{"query":"{ hello }"}', { 'content-type': type })).json.data).toEqual({ hello: 'world' });
    },
  );

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'application/json; charset=latin1',
    'application/jsonp',
    'text/plain, application/json',
  ])('must not be %s', async (type) => {
    const refused = await body('{"query":"{ hello }"}', { 'content-type': type });
    expect(refused.status).toBe(415);
    expect(codeOf(refused)).toBe('UNSUPPORTED_MEDIA_TYPE');
  });

  it('must not be compressed', async () => {
    expect((await body('{}', { ...json, 'content-encoding': 'gzip' })).status).toBe(415);
  });

  it.each([
    ['no JSON', '{"query":'],
    ['nothing', ''],
    ['a batch', '[{"query":"{ hello }"}]'],
    ['an empty batch', '[]'],
    ['text', '"{ hello }"'],
    ['null', 'null'],
    ['no query', '{}'],
    ['a null query', '{"query":null}'],
    ['a number as query', '{"query":1}'],
    ['a list of variables', '{"query":"{ hello }","variables":[]}'],
    ['text as variables', '{"query":"{ hello }","variables":"{}"}'],
    ['a number as operation name', '{"query":"{ hello }","operationName":1}'],
    ['an unknown parameter', '{"query":"{ hello }","qurey":1}'],
    ['a list of extensions', '{"query":"{ hello }","extensions":[]}'],
  ])('is refused as malformed: %s', async (_name, text) => {
    const refused = await body(text);
    expect(refused.status).toBe(400);
    expect(codeOf(refused)).toBe('BAD_REQUEST');
  });

  it.each([
    '{"query":"query ($t: String!) { echo(text: $t) }","variables":{"t":"a\\u0000b"}}',
    '{"query":"{ echo(text: \\"a\\\\u0000b\\") }"}',
    '{"query":"{ echo(text: \\"a\\\\u{0}b\\") }"}',
    '{"query":"{ hello } #\\u0000"}',
  ])('must not have the character that databases refuse: %s', async (text) => {
    const refused = await body(text);
    expect(refused.status).toBe(400);
    expect(refused.json.errors[0].message).toContain('U+0000');
  });

  it('must be UTF-8', async () => {
    expect((await body(Buffer.from('{"query":"{ hello } #\xff"}', 'latin1'))).status).toBe(400);
  });

  it('may name its operation', async () => {
    const query = 'query A { hello } query B { hello2: hello }';
    expect((await post(server, query, { operationName: 'B' })).json.data).toEqual({ hello2: 'world' });
    expect(codeOf(await post(server, query))).toBe('BAD_REQUEST');
    expect(codeOf(await post(server, query, { operationName: 'C' }))).toBe('BAD_REQUEST');
  });
});

describe('a GET', () => {
  it('may ask, with variables', async () => {
    const answer = await get({ query: 'query ($t: String!) { echo(text: $t) }', variables: '{"t":"hi"}' });
    expect(answer.json.data).toEqual({ echo: 'hi' });
  });

  it('cannot change anything', async () => {
    const refused = await get({ query: 'mutation { replay }' });
    expect(refused.status).toBe(405);
    expect(refused.headers.allow).toBe('POST');
    expect(codeOf(refused)).toBe('METHOD_NOT_ALLOWED');
    const chosen = await get({ query: 'query A { hello } mutation B { replay }', operationName: 'B' });
    expect(chosen.status).toBe(405);
  });

  it.each([
    {},
    { query: '{ hello }', variables: '{' },
    { query: '{ hello }', variables: '[]' },
    { query: '{ hello }', x: '1' },
    { query: '{ hello } #\0' },
  ])('is refused as malformed: %j', async (parameters) => {
    expect((await get(parameters as Record<string, string>)).status).toBe(400);
  });

  it('is refused when a parameter is given twice', async () => {
    expect((await send(`${server.url}/graphql?query={hello}&query={me}`)).status).toBe(400);
  });
});

describe('a method', () => {
  it.each(['PUT', 'DELETE', 'PATCH', 'HEAD'])('other than GET and POST is refused: %s', async (method) => {
    const refused = await send(`${server.url}/graphql`, { method });
    expect(refused.status).toBe(405);
    expect(refused.headers.allow).toBe('GET, POST, OPTIONS');
  });

  it('OPTIONS is answered with those that there are', async () => {
    const answer = await send(`${server.url}/graphql`, { method: 'OPTIONS' });
    expect([answer.status, answer.headers.allow]).toEqual([204, 'GET, POST, OPTIONS']);
  });
});

describe('the type of an answer', () => {
  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['application/json', 'application/json'],
    ['application/graphql-response+json', 'application/graphql-response+json'],
    ['application/graphql-response+json, application/json;q=0.9', 'application/graphql-response+json'],
    ['application/json;q=0.1, application/graphql-response+json;q=0.9', 'application/graphql-response+json'],
    ['text/html, */*;q=0.1', 'application/json'],
    ['image/png, application/json;q=0.1', 'application/json'],
    ['application/graphql-response+json;q=0, application/json', 'application/json'],
  ])('for Accept %s is %s', async (accept, type) => {
    const answer = await post(server, '{ hello }', accept === undefined ? {} : { headers: { accept } });
    expect(answer.headers['content-type']).toBe(`${type}; charset=utf-8`);
  });

  it.each(['image/png', 'application/json;q=0'])('is not found for Accept %s', async (accept) => {
    expect((await post(server, '{ hello }', { headers: { accept } })).status).toBe(406);
  });

  it.each([
    ['{ hello', 'GRAPHQL_PARSE_FAILED'],
    ['{ hullo }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{ echo(text: 1) }', 'GRAPHQL_VALIDATION_FAILED'],
    ['query ($n: Int!) { echo(text: "", times: $n) }', 'BAD_USER_INPUT'],
  ])('decides the status of a document that does not fit: %s', async (query, code) => {
    const old = await post(server, query, { headers: { accept: 'application/json' } });
    const current = await post(server, query, { headers: { accept: 'application/graphql-response+json' } });
    expect([old.status, current.status]).toEqual([200, 400]);
    expect([codeOf(old), codeOf(current)]).toEqual([code, code]);
  });
});

describe('the Idempotency-Key', () => {
  it('reaches the resolvers', async () => {
    expect((await post(server, '{ key }', { headers: { 'idempotency-key': 'abc-1' } })).json.data.key).toBe('abc-1');
    expect((await post(server, '{ key }')).json.data.key).toBeNull();
  });

  it.each(['', 'two words', 'x'.repeat(limits.text.idempotencyKey + 1)])('is refused: %j', async (key) => {
    const refused = await post(server, '{ key }', { headers: { 'idempotency-key': key } });
    expect(refused.status).toBe(400);
    expect(codeOf(refused)).toBe('BAD_REQUEST');
  });

  it('that was replayed is told in the answer and in a header', async () => {
    const answer = await post(server, 'mutation { replay }');
    expect(answer.json).toMatchObject({ data: { replay: 'stored' }, extensions: { idempotency: { replayed: true } } });
    expect(answer.headers['idempotent-replayed']).toBe('true');
    expect((await post(server, '{ hello }')).headers).not.toHaveProperty('idempotent-replayed');
  });
});

describe('a token', () => {
  const ask = (authorization: string) => post(server, '{ hello me }', { headers: { authorization } });

  it('that is good makes a viewer', async () => {
    expect((await ask('Bearer user')).json.data).toEqual({ hello: 'world', me: 'ada' });
    expect((await ask('bearer user')).json.data.me).toBe('ada');
  });

  it.each([
    ['Bearer expired', 'EXPIRED'],
    ['Bearer revoked', 'REVOKED'],
    ['Bearer nonsense', 'MALFORMED'],
    ['Bearer', 'MALFORMED'],
    ['Bearer two words', 'MALFORMED'],
    ['Basic dXNlcjp1c2Vy', 'MALFORMED'],
  ])('that is bad leaves public fields alone and is named elsewhere: %s', async (authorization, reason) => {
    const answer = await ask(authorization);
    expect(answer.json.data).toEqual({ hello: 'world', me: null });
    expect(answer.json.errors).toMatchObject([{ path: ['me'], extensions: { code: 'UNAUTHENTICATED', reason } }]);
  });

  it('that has expired does not stop its own refresh', async () => {
    const answer = await post(server, 'mutation { refresh }', { headers: { authorization: 'Bearer expired' } });
    expect(answer.json.data).toEqual({ refresh: 'fresh' });
  });
});
