import { complexityFromQuery } from '@pothos/plugin-complexity';
import { type DocumentNode, type GraphQLSchema, getOperationAST, Kind, type OperationDefinitionNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { RefusedError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import type { RequestContext } from '../context.ts';

interface ExecutionArgs {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null | undefined;
  variableValues?: Record<string, unknown> | null | undefined;
  contextValue: unknown;
}

/**
 * Refuses an operation that costs too much, before anything of it runs, and notes the cost for what charges it. The costs are those that the fields give to
 * Pothos's complexity plugin; that plugin itself would ask at every root field, after some may have run.
 */
export const useComplexity = (): Plugin => {
  // Without variables the cost is always the same.
  const constant = new WeakMap<OperationDefinitionNode, number>();

  const costOf = (args: ExecutionArgs, operation: OperationDefinitionNode): number => {
    const known = constant.get(operation);
    if (known !== undefined) return known;
    // Pothos measures the first operation it finds.
    const fragments = args.document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
    const { complexity } = complexityFromQuery(
      { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] },
      { schema: args.schema, variables: args.variableValues ?? {} },
    );
    if (!operation.variableDefinitions?.length) constant.set(operation, complexity);
    return complexity;
  };

  const check = (args: ExecutionArgs): void => {
    const operation = getOperationAST(args.document, args.operationName);
    if (!operation) return;
    const cost = costOf(args, operation);
    if (cost > limits.graphql.complexity)
      throw new RefusedError(
        'QUERY_TOO_COMPLEX',
        `The operation costs ${cost}; at most ${limits.graphql.complexity} is allowed. Ask for smaller pages or fewer fields.`,
      );
    (args.contextValue as RequestContext).cost = cost;
  };

  return {
    onExecute: ({ args }) => check(args as ExecutionArgs),
    onSubscribe: ({ args }) => check(args as ExecutionArgs),
  };
};
