import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { portsOf, readFaces } from '../../src/rest/faces.ts';
import { send } from '../http/harness.ts';
import { startRealApp } from '../http/real-app.ts';

/* Faces that have a port or a host to themselves. */

const listening = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};
const portOf = (server: Awaited<ReturnType<typeof listening>>): number => (server.address() as { port: number }).port;
const freePort = async (): Promise<number> => {
  const server = await listening();
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
};

describe('REST_FACES', () => {
  const read = (text: string) =>
    readFaces(loadConfig({ JWT_SECRET_KEY: 'x', REST_FACES: text }).restFaces).map(({ name, site, base }) => [
      name,
      site,
      base,
    ]);

  it('says where each face is mounted', () => {
    expect(read('native,system002@/002,system003@:8003,system001@API.example.com/v/1')).toEqual([
      ['native', '', ''],
      ['system002', '', '/002'],
      ['system003', ':8003', ''],
      ['system001', 'api.example.com', '/v/1'],
    ]);
    expect(portsOf(readFaces(['native', 'native@:9000/a', 'system003@:9000', 'system004@:9001']))).toEqual([
      9000, 9001,
    ]);
  });

  it.each([
    'native@:0',
    'native@:65536',
    'native@:',
    'native@host:80',
    'native@a_b',
    'native@/a//b',
    'native@a@b',
    'native@*',
  ])('does not take %s', (text) => {
    expect(() => read(text)).toThrow('REST_FACES');
  });
});

it('a face is alone on its port and at its host, and not elsewhere', async () => {
  const port = await freePort();
  const REST_FACES = `system000,system003@:${port},system004@other.example`;
  const app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0', REST_FACES });
  try {
    const at = `http://127.0.0.1:${port}`;
    const get = async (url: string, host?: string) => (await send(url, { headers: host ? { host } : {} })).json;
    expect(await get(`${at}/live`)).toEqual({ alive: true });
    expect(await get(`${at}/live`, 'other.example')).toEqual({ alive: true });
    expect(await get(`${at}/nothing`)).toEqual({ detail: 'Not Found' });
    expect(await get(`${at}/api/v1/auth/me`)).toEqual({ detail: 'Missing authorization header' });
    const body = JSON.stringify({ query: '{ __typename }' });
    const graphql = await send(`${at}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(graphql.json.data).toEqual({ __typename: 'Query' });

    // Of the first face, which is at the root.
    expect(await get(`${app.url}/live`)).toEqual({ detail: 'Not Found' });
    expect(await get(`${app.url}/api/v1/auth/me`)).toEqual({ detail: 'Not authenticated' });
    for (const host of ['other.example', 'OTHER.example:8000']) {
      expect((await get(`${app.url}/saude`, host)).status).toBe('success');
      expect((await get(`${app.url}/api/v1/auth/me`, host)).status).toBe('error');
    }
    expect(await get(`${app.url}/saude`, 'else.example')).toEqual({ detail: 'Not Found' });

    const paths = async (url: string, host?: string) => Object.keys((await get(url, host)).paths);
    expect(await paths(`${at}/api/openapi.json`)).toContain('/api/circuits');
    expect(await paths(`${app.url}/api/openapi.json`)).toContain('/api/v1/auth/me');
    expect(await paths(`${app.url}/openapi.json`, 'other.example')).toContain('/saude');
    expect((await send(`${app.url}/openapi.json`)).status).toBe(404);
    expect((await send(`${at}/api/docs/start.js`)).text).toContain('["/api/openapi.json"]');
  } finally {
    await app.close();
  }
  await expect(send(`http://127.0.0.1:${port}/live`)).rejects.toThrow('ECONNREFUSED');
});

it('a port that is taken is named with its setting, and nothing is left listening', async () => {
  const other = await listening();
  const own = await freePort();
  try {
    const REST_FACES = `native,system003@:${portOf(other)}`;
    await expect(startRealApp({ PORT: String(own), PAPER_TICK_MS: '0', REST_FACES })).rejects.toThrow(
      `REST_FACES: ${portOf(other)} is already in use on 127.0.0.1`,
    );
    await expect(send(`http://127.0.0.1:${own}/health`)).rejects.toThrow('ECONNREFUSED');
  } finally {
    other.close();
  }
});
