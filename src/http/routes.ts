import type { Config } from '../config.ts';
import type { Graphql } from '../graphql/server.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Rest } from '../rest/rest.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Exchange, type Handler, type HttpAnswer, jsonAnswer, refusal } from './answer.ts';
import { docsRoutes } from './docs.ts';
import { errorRoutes } from './error-pages.ts';
import { type ExportParts, exportRoutes } from './exports.ts';
import { createGraphiql } from './graphiql.ts';
import { createGraphqlHandler } from './graphql.ts';
import { type Checks, createHealth } from './health.ts';
import { createMetricsHandler } from './metrics.ts';

/** A path's handlers by method; HEAD is GET without its body. What is open asks nobody who they are and counts nothing; what is the server's own, no face takes over. */
type Route = Readonly<{ GET?: Handler; POST?: Handler; open?: true; own?: true }>;
export type Routes = ReadonlyMap<string, Route>;

/** Every path of the server. */
export const createRoutes = (
  parts: {
    config: Pick<Config, 'production' | 'metricsToken'>;
    clock: Clock;
    graphql: Graphql;
    checks: Checks;
    metrics: Metrics;
    exports: ExportParts;
    rest: Rest;
  },
  isDraining: () => boolean,
): Routes => {
  const health = createHealth({ ...parts, isDraining });
  const operations = createGraphqlHandler(parts.graphql);
  const { production, metricsToken } = parts.config;
  const graphiql = production ? undefined : createGraphiql();
  const metrics = metricsToken === undefined ? undefined : createMetricsHandler(parts.metrics, metricsToken);
  return new Map<string, Route>([
    ['/', { GET: () => jsonAnswer(200, { service: 'Bourse', graphql: '/graphql', health: '/health' }) }],
    ['/health', { GET: health.healthy, open: true }],
    ['/health/live', { GET: health.live, open: true }],
    ['/health/ready', { GET: health.ready, open: true }],
    ['/graphql', { GET: graphiql?.orElse(operations) ?? operations, POST: operations }],
    ...(metrics ? [['/metrics', { GET: metrics, open: true as const }] as const] : []),
    ...exportRoutes(parts.exports),
    ...docsRoutes(parts.rest.documents),
    ...errorRoutes,
    ...(graphiql?.files ?? []),
  ]);
};

const METHODS = ['GET', 'POST'] as const;

/** Lets a request in, or answers it; notes who asks. */
export type Admit = (exchange: Exchange) => Promise<HttpAnswer | undefined>;

export const route = async (routes: Routes, rest: Rest, exchange: Exchange, admit: Admit): Promise<HttpAnswer> => {
  const found = routes.get(exchange.path);
  const onFace = found?.own ? undefined : rest.find(exchange);
  if (onFace !== undefined) {
    if (onFace.refuse === undefined) return onFace.handle();
    exchange.refuse = onFace.refuse;
    exchange.limitHeaders = onFace.limitHeaders;
    return (await admit(exchange)) ?? onFace.handle();
  }
  const refused = found?.open ? undefined : await admit(exchange);
  if (refused !== undefined) return refused;
  if (found === undefined) return refusal(exchange, 'NOT_FOUND', 'Nothing is served at this path.');
  const { method = '' } = exchange.request;
  const isHead = method === 'HEAD' && found.POST === undefined;
  const handler = isHead ? found.GET : method === 'GET' || method === 'POST' ? found[method] : undefined;
  if (handler !== undefined) return handler(exchange);
  const allowed: string[] = METHODS.filter((name) => found[name] !== undefined);
  if (found.GET && !found.POST) allowed.push('HEAD');
  return refusal(exchange, 'METHOD_NOT_ALLOWED', `This path takes ${allowed.join(', ')}.`, {
    Allow: allowed.join(', '),
  });
};
