import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import type { DownloadBounds } from '../../src/http/download.ts';
import { noExports, startTestServer, type TestServer } from './harness.ts';

let server: TestServer;
afterEach(() => server.close());

const account = '01a1fcfc-3e41-7000-8eb5-1e53944c07ee';
const target = `exports/statement?accountId=${account}&from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00Z&format=csv`;

/** A file that never ends. */
const endless = (chunk: string) => {
  const source = { made: 0, closed: 0 };
  const exportStatement = async () => {
    const chunks = (async function* () {
      for (;;) {
        await setImmediate();
        source.made += chunk.length;
        yield chunk;
      }
    })();
    const close = async (): Promise<void> => {
      source.closed += 1;
    };
    return { ok: true as const, value: { fileName: 'x.csv', mediaType: 'text/csv', chunks, close } };
  };
  return { source, exportStatement };
};

const begin = async (file: ReturnType<typeof endless>, bounds: DownloadBounds): Promise<IncomingMessage> => {
  server = await startTestServer({ exports: { ...noExports, exportStatement: file.exportStatement, bounds } });
  const headers = { authorization: 'Bearer user' };
  const request = get(`${server.url}/${target}`, { headers, agent: false });
  // The reset is told to the request as well as to its answer.
  request.on('error', () => {});
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
};

const cutOff = async (response: IncomingMessage): Promise<string> => {
  const [error] = (await once(response, 'error')) as [NodeJS.ErrnoException];
  expect(response.complete).toBe(false);
  return error.code ?? '';
};

test('a client that takes nothing is cut off, and what was made for it is let go of', async () => {
  const file = endless('x'.repeat(100_000));
  const response = await begin(file, { stall_ms: 100, duration_ms: 60_000 });
  await vi.waitFor(() => expect(file.source.closed).toBe(1));
  expect(file.source.made).toBeLessThan(50_000_000);
  response.resume();
  expect(await cutOff(response)).toBe('ECONNRESET');
  expect(server.text()).toContain('the client took nothing for 100 ms');
});

test('an answer that takes too long is cut off, however eagerly it is read', async () => {
  const file = endless('x');
  const response = await begin(file, { stall_ms: 60_000, duration_ms: 100 });
  response.resume();
  expect(await cutOff(response)).toBe('ECONNRESET');
  expect(file.source.closed).toBe(1);
  expect(server.text()).toContain('the answer took longer than 100 ms');
});
