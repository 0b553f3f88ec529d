import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../src/errors.ts';
import { send } from '../http/harness.ts';
import { type RealApp, startRealApp } from '../http/real-app.ts';

let app: RealApp;
beforeAll(async () => {
  app = await startRealApp({ ENVIRONMENT: 'development' });
});
afterAll(() => app.close());

const get = (path: string, accept = '*/*') => send(`${app.url}${path}`, { headers: { accept } });

describe('the documents', () => {
  it.each([
    ['/api/openapi.json', 'openapi.json'],
    ['/002/api/openapi.json', 'docs/openapi/002.json'],
    ['/native/api/openapi.json', 'docs/openapi/native.json'],
  ])('%s is served as it is committed', async (path, file) => {
    const answer = await get(path);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(answer.text).toBe(readFileSync(file, 'utf8'));
  });

  it('say of a shared path what each of its faces does there', () => {
    const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8'));
    const login = paths['/api/v1/auth/login'].post;
    expect(Object.keys(login.requestBody.content)).toEqual([
      'application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
    ]);
    expect(login.operationId).toBe('GatewayLogin');
    expect(paths['/api/v1/orders'].get.operationId).toBe('ListOrders');
    expect(paths['/api/v1/auth/me'].get.responses[403].$ref).toContain('/System000');
    expect(paths['/api/v1/orders'].get.responses[403].$ref).toContain('/Native');
  });

  it('say of commands, and of no others, that one may be carried out and then have no answer', () => {
    const { paths } = JSON.parse(readFileSync('docs/openapi/native.json', 'utf8'));
    const { get: list, post: place } = paths['/api/v1/orders'];
    expect(place.responses[500].$ref).toContain('DoneWithoutAnswer');
    expect(list.responses[500].$ref).not.toContain('DoneWithoutAnswer');
  });
});

describe('the type of a problem', () => {
  it('leads to what the code means, for programs and for people', async () => {
    const { json: problem } = await get('/native/api/v1/orders');
    const { json, status } = await get(problem.type);
    expect(status).toBe(200);
    expect(json).toMatchObject({ code: 'UNAUTHENTICATED', status: 401, meaning: catalogue.UNAUTHENTICATED.meaning });
    const page = await get(problem.type, 'text/html');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.text).toContain(catalogue.UNAUTHENTICATED.meaning);
  });

  it('is there for every code', async () => {
    const { json } = await get('/api/errors');
    expect(json.items.map(({ code }: { code: string }) => code)).toEqual(Object.keys(catalogue));
    expect((await get('/api/errors/NOTHING')).status).toBe(404);
  });
});

describe('paths of the server that a face has, too', () => {
  it.each(['', '/native'])('are served and refuse as the face does, below "%s"', async (base) => {
    expect((await get(`${base}/health/live`)).json.status).toBe('live');
    expect((await get(`${base}/health/ready`)).json.status).toBe('ready');
    const refused = await get(`${base}/exports/statement`);
    expect([refused.status, refused.json.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    const other = await send(`${app.url}${base}/exports/statement`, { method: 'DELETE' });
    expect([other.status, other.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
    // Counters are there with their setting only.
    expect((await get(`${base}/metrics`)).json).toMatchObject({ code: 'NOT_FOUND', status: 404 });
  });
});
