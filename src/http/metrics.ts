import { createHash, timingSafeEqual } from 'node:crypto';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Handler, refusal } from './answer.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The counters for Prometheus, for whoever knows the token: they tell how much is traded and what is broken. */
export const createMetricsHandler = (metrics: Metrics, token: string): Handler => {
  const expected = digest(`Bearer ${token}`);
  return async (exchange) => {
    const given = digest(exchange.request.headers.authorization ?? '');
    if (!timingSafeEqual(given, expected))
      return refusal(exchange, 'UNAUTHENTICATED', 'This needs the token of METRICS_TOKEN.', {
        'WWW-Authenticate': 'Bearer',
      });
    return {
      status: 200,
      headers: { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' },
      body: await metrics.metrics(),
    };
  };
};
