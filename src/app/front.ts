import { readRegisteredDocuments } from '../graphql/registered-documents.ts';
import { schema } from '../graphql/schema.ts';
import { createGraphql } from '../graphql/server.ts';
import { createHttpServer, type HttpServer } from '../http/server.ts';
import { portsOf, readFaces } from '../rest/faces.ts';
import { createFacePages } from '../rest/pages.ts';
import { createRest } from '../rest/rest.ts';
import type { Ground } from './ground.ts';
import type { Services } from './services.ts';

export interface FrontNeeds {
  ground: Ground;
  services: Services;
  /** Whether orders find a venue. */
  ready(): boolean;
}

/** What clients meet: the services behind GraphQL, REST made from it, and HTTP in front of both. */
export const createFront = ({ ground, services, ready }: FrontNeeds): HttpServer => {
  const { config, clock, log, ids, metrics, database, limiter } = ground;
  const { file, only } = config.persistedDocuments;
  const graphql = createGraphql({
    schema,
    services,
    log,
    clock,
    debugErrors: config.debugErrors,
    introspection: config.introspection,
    registered: file === undefined ? new Map<string, string>() : readRegisteredDocuments(file, schema),
    registeredOnly: only,
  });
  const checks = {
    database: () => database.pool.query('SELECT 1'),
    venue: async () => {
      if (!ready()) throw new Error('the venue runs in no process');
    },
  };
  const pages = createFacePages({
    clock,
    checks,
    // Without Redis limits go on, each process by itself.
    optional: config.redisUrl === undefined ? {} : { redis: limiter.ping },
    circuits: services.circuits.list,
  });
  const faces = readFaces(config.restFaces);
  return createHttpServer({
    rest: createRest({ graphql, schema, faces, clock, pages }),
    facePorts: portsOf(faces),
    config,
    log,
    clock,
    ids,
    graphql,
    authenticate: services.identity.authenticate,
    limits: limiter.requests,
    checks,
    metrics,
    exports: services.ledger,
  });
};
