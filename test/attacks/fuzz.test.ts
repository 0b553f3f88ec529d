import { afterAll, beforeAll, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { startRealApp } from '../http/real-app.ts';
import { fuzz } from './fuzz.ts';
import { startTarget } from './target.ts';

let target: Awaited<ReturnType<typeof startTarget>>;
beforeAll(async () => {
  target = await startTarget(startRealApp);
});
afterAll(() => target.close());

/* `npm run fuzz` sends a hundred thousand; this is a sample of another seed at every run. */
it('a hostile request never meets a bug and never sees the inside', { timeout: 120_000 }, async () => {
  const seed = Date.now() % 1_000_000;
  const { findings, statuses } = await fuzz({ ...target, schema, seed, count: 3_000 });
  expect({ seed, findings: findings.slice(0, 3) }).toEqual({ seed, findings: [] });
  // The attack came through to every part: answers, refusals of documents, of bodies, of paths and of methods.
  for (const status of ['200', '400', '404', '405', '415']) expect(statuses[status], status).toBeGreaterThan(0);
});
