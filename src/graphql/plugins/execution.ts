import type { DocumentNode, GraphQLSchema } from 'graphql';

/** What plugins are told of an operation that is about to run; Envelop's own type says nothing of its parts. */
export interface Execution {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null | undefined;
  variableValues?: Record<string, unknown> | null | undefined;
  contextValue: unknown;
  signal?: AbortSignal;
}
