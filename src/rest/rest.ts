import type { GraphQLSchema } from 'graphql';
import type { Graphql } from '../graphql/server.ts';
import type { Exchange, Refuse } from '../http/answer.ts';
import { isFormIn } from '../http/body.ts';
import type { Clock } from '../kernel/clock.ts';
import { takesForms } from './body.ts';
import { createSiteOf, type Face, facesOf } from './faces.ts';
import { createFindPage } from './find-page.ts';
import { type Found, methodOf, otherwise } from './found.ts';
import { type Mounted, mount } from './mounted.ts';
import { createDocuments } from './openapi/documents.ts';
import type { FacePages } from './pages.ts';
import { createRefuseAs, createRefusing } from './refuse.ts';
import { createRun } from './run.ts';

export interface RestParts {
  graphql: Graphql;
  schema: GraphQLSchema;
  /** The first that serves a path and a method answers. */
  faces: readonly Face[];
  clock: Clock;
  pages: FacePages;
}

export const createRest = ({ graphql, schema, faces, clock, pages }: RestParts) => {
  const mounted = faces.map((face) => mount(face, schema));
  const siteOf = createSiteOf(faces);
  const facesAt = ({ request, path }: Exchange): Mounted[] => facesOf(mounted, siteOf(request), path);
  const refuse = createRefuseAs(clock);
  const refusing = createRefusing(refuse);
  const run = createRun({ graphql, clock, refuse });
  const findPage = createFindPage({ pages, refuse, refusing });

  /** How a path is answered; undefined for one that no face knows of. `served`: the server has something of its own there. */
  const find = (exchange: Exchange, served: boolean): Found | undefined => {
    const { path } = exchange;
    const candidates = facesAt(exchange);
    const [first] = candidates;
    const found = candidates.flatMap((face) => {
      const routes = face.router.find(path.slice(face.base.length));
      return routes === undefined ? [] : [{ face, routes }];
    });
    const page = findPage(exchange, candidates);
    if (page !== undefined && (found.length === 0 || methodOf(exchange) === 'GET')) return page;
    if (first === undefined) return undefined;
    // Below a base of its own a face answers for every path, elsewhere for all that the server has nothing at.
    if (found.length === 0 && first.base === '' && served) return undefined;
    const serving = found.flatMap(({ face, routes }) => {
      const match = routes.match(methodOf(exchange));
      return match === undefined ? [] : [{ face, match }];
    });
    // One path and method of two faces: one of them may take forms there.
    const isForm = isFormIn(exchange.request);
    const chosen = serving.find(({ face, match }) => takesForms(face, match.target) === isForm) ?? serving[0];
    const face = chosen?.face ?? found[0]?.face ?? first;
    const refused = refusing(exchange, face);
    const handle = () => {
      if (chosen !== undefined) return run(exchange, chosen.face, chosen.match);
      if (found.length === 0) return refused('NOT_FOUND', 'Nothing is served at this path.');
      return otherwise(exchange, refused, [...new Set(found.flatMap(({ routes }) => routes.methods))]);
    };
    return { refuse: refused, limitHeaders: face.dialect.limitHeaders, handle };
  };

  return {
    documents: createDocuments(faces, schema),
    siteOf,
    /** How the face of a path refuses what the server itself serves there. */
    refuserAt: (exchange: Exchange): Refuse | undefined => {
      const [first] = facesAt(exchange);
      return first && refusing(exchange, first);
    },
    find,
  };
};

export type Rest = ReturnType<typeof createRest>;
