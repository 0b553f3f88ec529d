import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRealApp } from '../http/real-app.ts';
import { fuzzRest } from './rest-fuzz.ts';
import { startTarget } from './target.ts';

let target: Awaited<ReturnType<typeof startTarget>>;
beforeAll(async () => {
  target = await startTarget(startRealApp);
});
afterAll(() => target.close());

/* `npm run fuzz -- --rest` sends a hundred thousand; this is a sample of another seed at every run. */
it('a request over REST is answered as the document of its mount says', { timeout: 120_000 }, async () => {
  const seed = Date.now() % 1_000_000;
  const { findings, statuses } = await fuzzRest({ ...target, seed, count: 800 });
  expect({ seed, findings: findings.slice(0, 3) }).toEqual({ seed, findings: [] });
  // The attack came through to every part: what is done, what does not fit, what is forbidden, and what the rules refuse.
  for (const status of ['200', '201', '400', '401', '403', '404', '405', '415', '422'])
    expect(statuses[status], status).toBeGreaterThan(0);
});
