import {
  type DocumentNode,
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getOperationAST,
  isInputObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { RefusedError } from '../../errors.ts';
import type { RequestContext } from '../context.ts';
import type { Execution } from './execution.ts';

type Variables = Readonly<Record<string, unknown>>;

const runs = (node: SelectionNode, variables: Variables): boolean =>
  getDirectiveValues(GraphQLSkipDirective, node, variables)?.if !== true &&
  getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;

/** The root fields of a valid document by the name of their answer. */
const rootFields = (document: DocumentNode, set: SelectionSetNode, variables: Variables) => {
  const found = new Map<string, FieldNode>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const node of selections) {
      if (!runs(node, variables)) continue;
      if (node.kind === Kind.FIELD) found.set((node.alias ?? node.name).value, node);
      else if (node.kind === Kind.INLINE_FRAGMENT) collect(node.selectionSet);
      else {
        for (const definition of document.definitions) {
          const isMeant = definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === node.name.value;
          if (isMeant) collect(definition.selectionSet);
        }
      }
    }
  };
  collect(set);
  return [...found.values()];
};

/** Whether the mutation would take the header for its key. */
const takesHeader = (schema: GraphQLSchema, node: FieldNode, variables: Variables): boolean => {
  const field = schema.getMutationType()?.getFields()[node.name.value];
  const type = getNamedType(field?.args.find(({ name }) => name === 'input')?.type);
  if (field === undefined || !isInputObjectType(type) || type.getFields().idempotencyKey === undefined) return false;
  try {
    const { input } = getArgumentValues(field, node, variables) as { input?: { idempotencyKey?: unknown } };
    return input?.idempotencyKey == null;
  } catch {
    // What is wrong with it is said when it is executed.
    return true;
  }
};

/**
 * The header `Idempotency-Key` names one command. Of two in one document, the second would be taken for a repeat of the first where
 * they are alike, so a document in which the header would stand for several is refused before any of it runs.
 */
export const useIdempotencyHeader = (): Plugin => ({
  onExecute({ args: given }) {
    const args = given as unknown as Execution;
    const { idempotencyKey, variables = {} } = args.contextValue as RequestContext;
    if (idempotencyKey === null) return;
    const operation = getOperationAST(args.document, args.operationName);
    if (operation?.operation !== 'mutation') return;
    const fields = rootFields(args.document, operation.selectionSet, variables);
    if (fields.filter((node) => takesHeader(args.schema, node, variables)).length < 2) return;
    throw new RefusedError(
      'BAD_REQUEST',
      'The header Idempotency-Key stands for one mutation. Give each mutation of the document an idempotencyKey in its input.',
    );
  },
});
