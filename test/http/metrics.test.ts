import { Counter } from '@prometheus-io/client';
import { expect, test } from 'vitest';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { send, startTestServer } from './harness.ts';

const TOKEN = 'the token of the scraper';

test('the counters are given to whoever knows the token, and to nobody else', async () => {
  const metrics = createMetrics();
  new Counter({ name: 'things_total', help: 'Things.', registers: [metrics] }).inc(3);
  const server = await startTestServer({ metrics, metricsToken: TOKEN });
  try {
    const scrape = (authorization?: string) =>
      send(`${server.url}/metrics`, authorization === undefined ? {} : { headers: { authorization } });
    const answer = await scrape(`Bearer ${TOKEN}`);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('text/plain');
    expect(answer.text).toContain('things_total 3');
    for (const wrong of [undefined, `Bearer ${TOKEN}x`, TOKEN]) {
      const refused = await scrape(wrong);
      expect(refused.status).toBe(401);
      expect(refused.text).not.toContain('things_total');
    }
  } finally {
    await server.close();
  }
});

test('without METRICS_TOKEN there is no such path', async () => {
  const server = await startTestServer();
  try {
    expect((await send(`${server.url}/metrics`)).status).toBe(404);
  } finally {
    await server.close();
  }
});
