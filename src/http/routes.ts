import type { Config } from '../config.ts';
import type { Graphql } from '../graphql/server.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Rest } from '../rest/rest.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Exchange, type Handler, type HttpAnswer, jsonAnswer, refusal } from './answer.ts';
import { docsRoutes } from './docs.ts';
import { errorRoutes } from './error-pages.ts';
import { createStatementExport, type ExportParts } from './exports.ts';
import { createGraphiql } from './graphiql.ts';
import { createGraphqlHandler } from './graphql.ts';
import { type Checks, createHealth } from './health.ts';
import { createMetricsHandler } from './metrics.ts';
import { type ServedPath, served } from './served.ts';

/** A path's handlers by method; HEAD is GET without its body. What is open asks nobody who they are and counts nothing; what is the server's own, no face takes over. */
type Route = Readonly<{ GET?: Handler; POST?: Handler; open?: true; own?: true }>;
export type Routes = ReadonlyMap<string, Route>;

export interface RouteParts {
  config: Pick<Config, 'production' | 'metricsToken'>;
  clock: Clock;
  graphql: Graphql;
  checks: Checks;
  metrics: Metrics;
  exports: ExportParts;
  rest: Rest;
}

/** Every path of the server. */
export const createRoutes = (parts: RouteParts, isDraining: () => boolean): Routes => {
  const health = createHealth({ ...parts, isDraining });
  const operations = createGraphqlHandler(parts.graphql);
  const { production, metricsToken } = parts.config;
  const graphiql = production ? undefined : createGraphiql();
  const shared: Record<ServedPath, Handler | undefined> = {
    '/health/live': health.live,
    '/health/ready': health.ready,
    '/metrics': metricsToken === undefined ? undefined : createMetricsHandler(parts.metrics, metricsToken),
    '/exports/statement': createStatementExport(parts.exports),
  };
  return new Map<string, Route>([
    ['/', { GET: () => jsonAnswer(200, { service: 'Bourse', graphql: '/graphql', health: '/health' }) }],
    ['/health', { GET: health.healthy, open: true }],
    ['/graphql', { GET: graphiql?.orElse(operations) ?? operations, POST: operations }],
    ...Object.entries(shared).flatMap(([path, GET]): [string, Route][] =>
      GET === undefined ? [] : [[path, { GET, ...(served[path as ServedPath].open && { open: true }) }]],
    ),
    ...docsRoutes(parts.rest),
    ...errorRoutes,
    ...(graphiql?.files ?? []),
  ]);
};

const METHODS = ['GET', 'POST'] as const;

/** Lets a request in, or answers it; notes who asks. */
export type Admit = (exchange: Exchange) => Promise<HttpAnswer | undefined>;

export const route = async (routes: Routes, rest: Rest, exchange: Exchange, admit: Admit): Promise<HttpAnswer> => {
  const own = routes.get(exchange.path);
  const onFace = own?.own ? undefined : rest.find(exchange, own !== undefined);
  const refuse = own?.own ? rest.refuserAt(exchange) : onFace?.refuse;
  if (refuse !== undefined) exchange.refuse = refuse;
  exchange.limitHeaders = onFace?.limitHeaders;
  if (typeof onFace?.handle === 'function') return (onFace.refuse && (await admit(exchange))) ?? onFace.handle();
  const found = onFace === undefined ? own : routes.get(onFace.handle.serves);
  const refused = found?.open ? undefined : await admit(exchange);
  if (refused !== undefined) return refused;
  return found === undefined
    ? refusal(exchange, 'NOT_FOUND', 'Nothing is served at this path.')
    : answerOf(found, exchange);
};

const answerOf = (found: Route, exchange: Exchange): HttpAnswer | Promise<HttpAnswer> => {
  const { method = '' } = exchange.request;
  const isHead = method === 'HEAD' && found.POST === undefined;
  const handler = isHead ? found.GET : method === 'GET' || method === 'POST' ? found[method] : undefined;
  if (handler !== undefined) return handler(exchange);
  const allowed: string[] = METHODS.filter((name) => found[name] !== undefined);
  if (found.GET && !found.POST) allowed.push('HEAD');
  const Allow = [...allowed, 'OPTIONS'].join(', ');
  if (method === 'OPTIONS') return { status: 204, headers: { Allow } };
  return refusal(exchange, 'METHOD_NOT_ALLOWED', `This path takes ${Allow}.`, { Allow });
};
