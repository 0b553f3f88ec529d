import { complexityFromQuery } from '@pothos/plugin-complexity';
import {
  type DocumentNode,
  GraphQLScalarType,
  type GraphQLSchema,
  getOperationAST,
  isInputObjectType,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { RefusedError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import type { RequestContext } from '../context.ts';
import type { Execution } from './execution.ts';

/** Takes whatever is given. */
const asGiven = new GraphQLScalarType({ name: 'AsGiven' });

/**
 * The schema for costs: input objects in variables are taken as they are. They are checked when the operation is executed; to check a
 * hundred orders here too would take as long again.
 */
const withInputsAsGiven = (schema: GraphQLSchema): GraphQLSchema =>
  Object.create(schema, {
    getType: {
      value: (name: string) => {
        const type = schema.getType(name);
        return isInputObjectType(type) ? asGiven : type;
      },
    },
  });

/** Nothing when an input that does not fit its type was in the way: checked, it says what is wrong, or has a cost all the same. */
const quickly = (measure: () => number): number | undefined => {
  try {
    const cost = measure();
    return Number.isFinite(cost) ? cost : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Refuses an operation that costs too much, before anything of it runs, and notes the cost for what charges it. The costs are those that the fields give to
 * Pothos's complexity plugin; that plugin itself would ask at every root field, after some may have run.
 */
export const useComplexity = (): Plugin => {
  // Without variables the cost is always the same.
  const constant = new WeakMap<OperationDefinitionNode, number>();

  const lenient = new WeakMap<GraphQLSchema, GraphQLSchema>();

  const costOf = (args: Execution, operation: OperationDefinitionNode): number => {
    const known = constant.get(operation);
    if (known !== undefined) return known;
    // Pothos measures the first operation it finds.
    const fragments = args.document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
    const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
    const measured = (schema: GraphQLSchema): number =>
      complexityFromQuery(document, { schema, variables: args.variableValues ?? {} }).complexity;
    const quick = lenient.get(args.schema) ?? withInputsAsGiven(args.schema);
    lenient.set(args.schema, quick);
    const complexity = quickly(() => measured(quick)) ?? measured(args.schema);
    if (!operation.variableDefinitions?.length) constant.set(operation, complexity);
    return complexity;
  };

  const check = (args: Execution): void => {
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
    onExecute: ({ args }) => check(args as Execution),
    onSubscribe: ({ args }) => check(args as Execution),
  };
};
