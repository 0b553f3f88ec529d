import type { GraphQLSchema } from 'graphql';
import type { Face } from '../faces.ts';
import type { Components } from './json-schema.ts';

/** A face, with what its document takes from and adds to. */
export interface DocumentedFace extends Face {
  schema: GraphQLSchema;
  components: Components;
}
