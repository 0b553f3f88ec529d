import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../src/telemetry/log.ts';
import { post, send, startTestServer, type TestServer } from './harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const lineOf = (requestId: unknown) =>
  server.lines().find((line) => line.requestId === requestId && line.msg === 'request');

describe('the log', () => {
  it('has one line for a request: who did what, how it went, how long it took', async () => {
    const answer = await post(server, 'query Mine { me }', { headers: { authorization: 'Bearer user' } });
    const id = answer.headers['x-request-id'];
    expect(server.lines().filter(({ requestId }) => requestId === id)).toHaveLength(1);
    expect(lineOf(id)).toEqual({
      level: 'info',
      time: expect.any(String),
      requestId: id,
      method: 'POST',
      path: '/graphql',
      status: 200,
      operation: 'Mine',
      viewerId: '01900000-0000-7000-8000-000000000001',
      outcome: 'ok',
      duration_ms: expect.any(Number),
      msg: 'request',
    });
  });

  it('says by their codes what was refused', async () => {
    const answer = await post(server, '{ me users busy }');
    expect(lineOf(answer.headers['x-request-id'])).toMatchObject({ outcome: 'OVERLOADED,UNAUTHENTICATED' });
    const lost = await send(`${server.url}/nowhere?token=tok-7`);
    expect(lineOf(lost.headers['x-request-id'])).toMatchObject({ outcome: 'NOT_FOUND', path: '/nowhere', status: 404 });
  });

  it('never has a password, a token, an e-mail address, a variable or a document in it', async () => {
    const secrets = [
      'hunter-two',
      'tok-7',
      'ada@example.com',
      'eve@example.com',
      'key-of-mine',
      'SecretComment',
      'ref-9',
    ];
    const headers = { authorization: 'Bearer tok-7', 'idempotency-key': 'key-of-mine' };
    const login = 'mutation Login($p: String!, $e: String) { login(password: $p, email: $e) } # SecretComment';
    const variables = { p: 'hunter-two', e: 'eve@example.com' };
    await post(server, login, { variables, headers });
    await post(server, login, { variables: { p: { wrong: 'hunter-two' } }, headers });
    await post(server, 'mutation { login(password: "hunter-two") refresh(token: "ref-9") }', { headers });
    await post(server, '{ echo(text: "hunter-two", times: "ada@example.com") }', { headers });
    await post(server, '{ me', { headers: { authorization: 'Bearer user' } });
    await post(server, '{ me echo(text: "ref-9") }', { headers: { authorization: 'Bearer user' } });
    await send(`${server.url}/graphql?query={hello}&variables={"p":"hunter-two"}`);
    await send(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"p":"hunter-two"',
    });
    await send(`${server.url}/health?token=tok-7`, { headers });
    const text = server.text();
    expect(server.lines().length).toBeGreaterThan(9);
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it('has of an error its stack and its causes, but not what a database puts beside them', () => {
    let text = '';
    const log = createLog(
      { logLevel: 'info' },
      {
        write: (line) => {
          text += line;
        },
      },
    );
    const cause = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (email)=(ada@example.com)' });
    log.error({ err: new Error('outer', { cause }) }, 'bug');
    const { err } = JSON.parse(text);
    expect(err).toMatchObject({ type: 'Error', message: 'outer', cause: { message: 'duplicate key', code: '23505' } });
    expect(err.stack).toContain('log.test.ts');
    expect(text).not.toContain('ada@example.com');
  });
});
