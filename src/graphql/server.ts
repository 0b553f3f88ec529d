import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { createYoga, type GraphQLParams } from 'graphql-yoga';
import type { Services } from '../app/services.ts';
import type { Clock } from '../kernel/clock.ts';
import { limits } from '../limits.ts';
import type { RequestContext } from './context.ts';
import { createDocumentCache } from './document-cache.ts';
import { createPlugins, type PluginOptions } from './plugins/index.ts';
import { guardRootFields } from './rules.ts';

/** What the transport knows of a request. */
export type Caller = Pick<
  RequestContext,
  'requestId' | 'viewer' | 'tokenProblem' | 'enrolling' | 'address' | 'meter' | 'idempotencyKey' | 'signal' | 'trusted'
>;

export type Answer = ExecutionResult | AsyncIterable<ExecutionResult>;

export interface Graphql {
  /** Runs one operation; the context tells afterwards who asked and what ran. Never throws. */
  run(
    params: GraphQLParams,
    method: 'GET' | 'POST',
    caller: Caller,
  ): Promise<{ answer: Answer; context: RequestContext }>;
}

/**
 * The schema behind Yoga and its plugins. Yoga's own HTTP layer is not used: turning every request into a Request and
 * every answer into a Response costs more than all plugins together, so `http/` hands the parameters over directly.
 * What belongs to that layer is switched off here, by name, so that nothing of it comes back by default.
 */
export const createGraphql = (
  parts: { schema: GraphQLSchema; services: Services; clock: Clock } & PluginOptions,
): Graphql => {
  const { services, clock } = parts;
  const yoga = createYoga<Record<string, unknown>>({
    id: 'bourse',
    schema: guardRootFields(parts.schema),
    plugins: createPlugins(parts),
    parserAndValidationCache: {
      documentCache: createDocumentCache(limits.graphql.documentCacheCharacters),
      errorCache: createDocumentCache(limits.graphql.documentCacheCharacters / 10),
      validationCache: true,
    },
    batching: false,
    maskedErrors: false,
    logging: false,
    graphqlEndpoint: '/graphql',
    healthCheckEndpoint: '/yoga-has-no-health-check',
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    maxRequestBodySize: false,
    extraParamNames: [],
    disposeOnProcessTerminate: false,
  });

  return {
    run: async (params, method, caller) => {
      const context: RequestContext = {
        ...caller,
        cost: 0,
        charged: 0,
        idempotencyReplayed: false,
        dependencies: null,
        carriedOut: null,
        nothingThere: null,
        services,
        clock,
        operation: null,
      };
      // Yoga's hooks read nothing of the request but its method.
      const request = { method } as Request;
      const answer = (await yoga.getResultForParams({ params, request }, context as never)) as Answer;
      return { answer, context };
    },
  };
};
