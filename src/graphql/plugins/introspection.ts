import { type DocumentNode, type FieldNode, GraphQLError, Kind, visit } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { RefusedError } from '../../errors.ts';
import { hasPermission } from '../../identity/viewer/permissions.ts';
import type { RequestContext } from '../context.ts';

interface Closed {
  /** The same document, whose questions for a type find none. */
  document: DocumentNode;
  asksForSchema: boolean;
}

/** `__type` of a name that no type can have: null, as for every type that a stranger does not know of. */
const noType = (field: FieldNode): FieldNode => ({
  ...field,
  arguments: [
    {
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: 'name' },
      value: { kind: Kind.STRING, value: '' },
    },
  ],
});

const closed = (document: DocumentNode): Closed => {
  let asksForSchema = false;
  const without = visit(document, {
    Field: (field) => {
      if (field.name.value === '__schema') asksForSchema = true;
      return field.name.value === '__type' ? noType(field) : undefined;
    },
  });
  return { document: without, asksForSchema };
};

/**
 * Where introspection is off, only who may explore the schema can ask for it. `__typename` is part of every answer and stays. The
 * document is well-formed and fits the schema, so GraphQL over HTTP wants it answered with 200 and not refused.
 */
export const useIntrospection = (isOn: boolean): Plugin => {
  const known = new WeakMap<DocumentNode, Closed>();
  return {
    onExecute({ args, setResultAndStopExecution }) {
      if (isOn) return;
      const { viewer } = args.contextValue as unknown as RequestContext;
      if (viewer !== null && hasPermission(viewer.roles, 'schema:explore')) return;
      const found = known.get(args.document) ?? closed(args.document);
      known.set(args.document, found);
      args.document = found.document;
      if (!found.asksForSchema) return;
      const message = 'Introspection is off here; it needs the permission "schema:explore".';
      const originalError = new RefusedError('FORBIDDEN', message);
      setResultAndStopExecution({ data: null, errors: [new GraphQLError(message, { originalError })] });
    },
  };
};
