import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RealApp, startRealApp } from '../http/real-app.ts';

/** Ignored by git, and inside of the checkout, so that packages are found from there. */
const folder = 'test/rest/generated';

const program = `import createClient from 'openapi-fetch';
import type { components, paths } from './native.ts';

export const run = async (baseUrl: string) => {
  const api = createClient<paths>({ baseUrl });
  const { data: session } = await api.POST('/api/v1/auth/login', {
    body: { email: 'user@example.com', password: 'user123' },
  });
  const headers = { Authorization: \`Bearer \${session!.accessToken}\` };
  const { data: placed } = await api.POST('/api/v1/orders', {
    headers,
    body: { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '10' },
  });
  const order: components['schemas']['OrderBody'] = placed!;
  const { data: page } = await api.GET('/api/v1/orders', { headers, params: { query: { first: 5, symbol: 'AAPL' } } });
  const ids: string[] = page!.items.map(({ id }) => id);
  const { error } = await api.GET('/api/v1/orders/{id}', { headers, params: { path: { id: 'nothing' } } });
  const code: string = error!.code;
  // @ts-expect-error: a number is no Decimal
  const wrong: typeof order.qty = 1;
  return { order, ids, code, wrong };
};
`;

let app: RealApp;
beforeAll(async () => {
  app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0' });
});
afterAll(async () => {
  await app?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a client that is generated from the document compiles and works', { timeout: 120_000 }, async () => {
  mkdirSync(folder, { recursive: true });
  const types = astToString(await openapiTS(readFileSync('docs/openapi/native.json', 'utf8')));
  writeFileSync(`${folder}/native.ts`, types);
  writeFileSync(`${folder}/client.ts`, program);
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023'];
  const tsc = ['node_modules/typescript/bin/tsc', ...options, '--allowImportingTsExtensions', `${folder}/client.ts`];
  execFileSync(process.execPath, tsc, { encoding: 'utf8', stdio: 'pipe' });
  const { run } = await import(/* @vite-ignore */ `${process.cwd()}/${folder}/client.ts`);
  const { order, ids, code } = await run(`${app.url}/native`);
  expect(order).toMatchObject({ symbol: 'AAPL', qty: '1', limitPrice: '10' });
  expect(ids).toContain(order.id);
  expect(code).toBe('NOT_FOUND');
});
