import type { Config } from '../config.ts';
import type { Graphql } from '../graphql/server.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Exchange, type Handler, type HttpAnswer, jsonAnswer, refusal } from './answer.ts';
import { createGraphiql } from './graphiql.ts';
import { createGraphqlHandler } from './graphql.ts';
import { type Checks, createHealth } from './health.ts';

/** A path's handlers by method. HEAD is GET without its body. */
type Methods = Readonly<{ GET?: Handler; POST?: Handler }>;
export type Routes = ReadonlyMap<string, Methods>;

/** Every path of the server. */
export const createRoutes = (
  parts: { config: Pick<Config, 'production'>; clock: Clock; graphql: Graphql; checks: Checks },
  isDraining: () => boolean,
): Routes => {
  const health = createHealth({ ...parts, isDraining });
  const operations = createGraphqlHandler(parts.graphql);
  const graphiql = parts.config.production ? undefined : createGraphiql();
  return new Map<string, Methods>([
    ['/', { GET: () => jsonAnswer(200, { service: 'Bourse', graphql: '/graphql', health: '/health' }) }],
    ['/health', { GET: health.healthy }],
    ['/health/live', { GET: health.live }],
    ['/health/ready', { GET: health.ready }],
    ['/graphql', { GET: graphiql?.orElse(operations) ?? operations, POST: operations }],
    ...(graphiql?.files ?? []),
  ]);
};

export const route = async (routes: Routes, exchange: Exchange): Promise<HttpAnswer> => {
  const handlers = routes.get(exchange.path);
  if (handlers === undefined) return refusal(exchange, 'NOT_FOUND', 'Nothing is served at this path.');
  const { method = '' } = exchange.request;
  const isHead = method === 'HEAD' && handlers.POST === undefined;
  const handler = isHead ? handlers.GET : method === 'GET' || method === 'POST' ? handlers[method] : undefined;
  if (handler !== undefined) return handler(exchange);
  const allowed = Object.keys(handlers);
  if (handlers.GET && !handlers.POST) allowed.push('HEAD');
  return refusal(exchange, 'METHOD_NOT_ALLOWED', `This path takes ${allowed.join(', ')}.`, {
    Allow: allowed.join(', '),
  });
};
