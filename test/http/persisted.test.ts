import { createHash } from 'node:crypto';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, send, startTestServer, type TestServer } from './harness.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const byHash = (hash: string, query?: string) => ({
  ...(query !== undefined && { query }),
  extensions: { persistedQuery: { version: 1, sha256Hash: hash } },
});

const ask = (server: TestServer, body: object, headers: Record<string, string> = {}) =>
  send(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const codeOf = (answer: Awaited<ReturnType<typeof ask>>) => answer.json.errors?.[0].extensions.code;

describe('a document by its hash', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ registered: new Map([['Hello', 'query Hello { hello }']]) });
  });
  afterAll(() => server.close());

  it('is asked for once, kept, and answered by the hash alone', async () => {
    const query = '{ echo(text: "kept") }';
    const first = await ask(server, byHash(sha256(query)));
    expect([first.status, codeOf(first)]).toEqual([200, 'PERSISTED_QUERY_NOT_FOUND']);
    expect(first.json.errors[0].message).toBe('PersistedQueryNotFound');
    expect((await ask(server, byHash(sha256(query), query))).json.data).toEqual({ echo: 'kept' });
    expect((await ask(server, byHash(sha256(query)))).json.data).toEqual({ echo: 'kept' });
    const url = `${server.url}/graphql?extensions=${encodeURIComponent(JSON.stringify(byHash(sha256(query)).extensions))}`;
    expect((await send(url)).json.data).toEqual({ echo: 'kept' });
  });

  it('that is another one’s is refused, and not kept', async () => {
    const answer = await ask(server, byHash(sha256('{ hello }'), '{ echo(text: "forged") }'));
    expect([answer.status, codeOf(answer)]).toEqual([400, 'BAD_REQUEST']);
    expect(codeOf(await ask(server, byHash(sha256('{ hello }'))))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  it('or by the id that it was registered with is answered', async () => {
    expect((await ask(server, { documentId: 'Hello' })).json.data).toEqual({ hello: 'world' });
    expect((await send(`${server.url}/graphql?documentId=Hello`)).json.data).toEqual({ hello: 'world' });
  });

  it.each([
    [{ documentId: 7 }],
    [{ documentId: 'x'.repeat(129) }],
    [{ query: 7, documentId: 'Hello' }],
    [{ extensions: { persistedQuery: { sha256Hash: {} } } }],
    [{}],
  ])('is refused when the id is none: %j', async (body) => {
    const answer = await ask(server, body);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'BAD_REQUEST']);
  });

  it('cannot be a mutation over GET', async () => {
    const query = 'mutation { slowly }';
    await ask(server, byHash(sha256(query), query));
    const url = `${server.url}/graphql?documentId=sha256:${sha256(query)}`;
    expect((await send(url)).status).toBe(405);
  });
});

describe('a server that runs only registered documents', () => {
  let server: TestServer;
  const query = 'query Hello { hello }';
  beforeAll(async () => {
    server = await startTestServer({ registered: new Map([[sha256(query), query]]), registeredOnly: true });
  });
  afterAll(() => server.close());

  it('answers them, by hash or as they are', async () => {
    expect((await ask(server, byHash(sha256(query)))).json.data).toEqual({ hello: 'world' });
    expect((await ask(server, { query })).json.data).toEqual({ hello: 'world' });
  });

  it.each([
    ['a document', { query: '{ hello }' }],
    ['a document with its hash', byHash(sha256('{ hello }'), '{ hello }')],
    ['a document that does not parse', { query: '{ hel' }],
    ['a document with a field that is none', { query: '{ nothing }' }],
  ])('refuses %s of a stranger, and says nothing else of it', async (_what, body) => {
    for (const token of [undefined, 'user', 'support']) {
      const answer = await ask(server, body, token === undefined ? {} : { authorization: `Bearer ${token}` });
      expect([answer.status, codeOf(answer), answer.json.errors.length]).toEqual([403, 'DOCUMENT_NOT_REGISTERED', 1]);
    }
  });

  it('lets those explore who may', async () => {
    const answer = await ask(server, { query: '{ hello }' }, { authorization: 'Bearer admin' });
    expect(answer.json.data).toEqual({ hello: 'world' });
  });
});

describe('a server whose schema is not to be explored', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ introspection: false });
  });
  afterAll(() => server.close());

  it.each([
    ['whole', getIntrospectionQuery()],
    ['by alias', '{ hello a: __schema { queryType { name } } }'],
    ['in a fragment', '{ ...F } fragment F on Query { __schema { queryType { name } } }'],
  ])('refuses introspection %s', async (_how, query) => {
    const answer = await post(server, query);
    expect([answer.status, codeOf(answer)]).toEqual([200, 'FORBIDDEN']);
    expect(answer.json.data).toBeNull();
  });

  it('knows no type by its name', async () => {
    const query =
      'query ($name: String!) { hello __type(name: $name) { fields { name } } ...F } fragment F on Query { a: __type(name: "Query") { name } }';
    expect((await post(server, query, { variables: { name: 'Query' } })).json.data).toEqual({
      hello: 'world',
      __type: null,
      a: null,
    });
  });

  it('still says what type an answer is', async () => {
    expect((await post(server, '{ __typename }')).json.data).toEqual({ __typename: 'Query' });
  });

  it('names no field that was not asked for', async () => {
    const answer = await post(server, '{ helo }');
    expect(codeOf(answer)).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(answer.text).not.toContain('hello');
  });

  it('answers those who may explore it', async () => {
    const answer = await post(server, getIntrospectionQuery(), {
      headers: { authorization: 'Bearer admin' },
    });
    expect(answer.json.data.__schema.types.length).toBeGreaterThan(5);
  });
});
