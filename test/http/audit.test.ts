import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './harness.ts';

let server: TestServer;
afterAll(() => server.close());

describe.each([
  ['while the schema may be explored', true],
  ['as production answers', false],
])('GraphQL over HTTP, %s', (_mode, introspection) => {
  beforeAll(async () => {
    await server?.close();
    server = await startTestServer({ introspection, production: !introspection });
  });
  const audits = serverAudits({ url: () => `${server.url}/graphql`, fetchFn: fetch });
  it.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))('%s', async (_name, audit) => {
    const result = await audit.fn();
    expect(result.status === 'ok' ? undefined : result.reason).toBeUndefined();
  });
});
