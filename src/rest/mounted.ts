import type { GraphQLSchema } from 'graphql';
import { deprecationHeaders } from './deprecation.ts';
import type { Face } from './faces.ts';
import { type RestOperation, readOperations } from './operation.ts';
import { createRouter } from './router.ts';

/** A face whose operations have been read. */
export interface Mounted extends Face {
  router: ReturnType<typeof createRouter<RestOperation>>;
  /** What each operation's answers say of its end. */
  deprecations: ReadonlyMap<RestOperation, Record<string, string>>;
}

export const mount = (face: Face, schema: GraphQLSchema): Mounted => {
  const router = createRouter<RestOperation>();
  const deprecations = new Map<RestOperation, Record<string, string>>();
  for (const operation of readOperations(face.name, schema)) {
    router.add(operation.method, operation.path, operation);
    deprecations.set(operation, deprecationHeaders(operation, schema));
  }
  return { ...face, router, deprecations };
};
