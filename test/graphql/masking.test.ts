import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, startTestServer, type TestServer } from '../http/harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    authenticate: async () => {
      throw new Error('hunter2: the database is down');
    },
  });
});
afterAll(() => server.close());

const bugs = (requestId: unknown) =>
  server.lines().filter((line) => line.requestId === requestId && line.msg === 'bug');

describe('an error', () => {
  it.each(['bug', 'rogue', 'badLeaf'])('that nobody expected is masked and logged whole: %s', async (field) => {
    const answer = await post(server, `query Broken { hello ${field} }`);
    const requestId = answer.headers['x-request-id'];
    expect(answer.status).toBe(200);
    expect(answer.json.data).toEqual({ hello: 'world', [field]: null });
    expect(answer.json.errors).toEqual([
      {
        message: `Something went wrong here. The request id ${requestId} finds it in the log.`,
        locations: [{ line: 1, column: 22 }],
        path: [field],
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
      },
    ]);
    expect(bugs(requestId)).toMatchObject([
      { level: 'error', operation: 'Broken', path: [field], err: { stack: expect.stringContaining('at ') } },
    ]);
  });

  it('shows its inside only where answers are set to debug', async () => {
    const open = await startTestServer({ debugErrors: true });
    const answer = await post(open, '{ bug }');
    expect(answer.json.errors[0].extensions.debug).toMatchObject({
      message: 'the secret is hunter2',
      stack: expect.arrayContaining([expect.stringContaining('at ')]),
    });
    await open.close();
  });

  it('outside any field is masked too, and refuses the request', async () => {
    const answer = await post(server, '{ hello }', { headers: { authorization: 'Bearer x' } });
    expect(answer.status).toBe(500);
    expect(answer.json.errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
    expect(answer.text).not.toContain('hunter2');
    expect(bugs(answer.headers['x-request-id'])).toMatchObject([{ err: { message: 'hunter2: the database is down' } }]);
  });

  it('of the catalogue comes through with its code and when to come back', async () => {
    const answer = await post(server, '{ hello busy }');
    expect(answer.json.data).toEqual({ hello: 'world', busy: null });
    expect(answer.json.errors).toMatchObject([
      { message: 'Come back later.', path: ['busy'], extensions: { code: 'OVERLOADED', retryAfter: 3 } },
    ]);
    expect(answer.headers['retry-after']).toBe('3');
    expect(bugs(answer.headers['x-request-id'])).toEqual([]);
  });

  it('names the variable that does not fit', async () => {
    const answer = await post(server, 'query ($n: Int) { echo(text: "", times: $n) }', { variables: { n: '3' } });
    expect(answer.json.errors).toMatchObject([
      { message: expect.stringContaining('"$n" got invalid value'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  it('names the argument that turns out null', async () => {
    const query = 'query ($t: String = "x") { echo(text: $t) }';
    const answer = await post(server, query, { variables: { t: null } });
    expect(answer.json.errors).toMatchObject([
      { message: expect.stringContaining('"text"'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });
});
