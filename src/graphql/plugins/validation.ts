import { type ASTNode, BREAK, type DocumentNode, GraphQLError, Kind, specifiedRules, validate, visit } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { limits } from '../../limits.ts';
import { withoutValue } from '../error-text.ts';

/** The names of the argument and input fields around a value, outermost first, such as "input.qty". */
const placeOf = (document: DocumentNode, value: ASTNode): string => {
  let place = '';
  visit(document, {
    enter: (node, _key, parent, _path, ancestors) => {
      if (node !== value) return undefined;
      // Lists of siblings stand between the nodes.
      const around = [...ancestors, parent].filter((one) => one !== undefined && !Array.isArray(one)) as ASTNode[];
      place = around
        .flatMap((one) => (one.kind === Kind.ARGUMENT || one.kind === Kind.OBJECT_FIELD ? [one.name.value] : []))
        .join('.');
      return BREAK;
    },
  });
  return place;
};

/**
 * A scalar says what it expects, not where: for a value in the document this adds the place, as there is one for variables. The value
 * itself is left out.
 */
const named = (document: DocumentNode, error: GraphQLError): GraphQLError => {
  const [value] = error.nodes ?? [];
  const { originalError, extensions, nodes = null } = error;
  if (value === undefined || extensions.code !== 'BAD_USER_INPUT') {
    const bare = withoutValue(error.message);
    return bare === error.message ? error : new GraphQLError(bare, { nodes, extensions });
  }
  const message = `Invalid value at "${placeOf(document, value)}"; ${error.message}`;
  return new GraphQLError(message, { nodes: [value], originalError: originalError ?? null, extensions });
};

/**
 * Validates with graphql-js's own rules and stops after a bounded number of errors. "Did you mean" would tell the names of a
 * schema that is not to be explored.
 */
export const useBoundedValidation = (hideSuggestions: boolean): Plugin => ({
  onValidate({ setValidationFn }) {
    setValidationFn((schema, document, rules) =>
      validate(schema, document, rules ?? specifiedRules, { maxErrors: limits.graphql.errors, hideSuggestions }).map(
        (error) => named(document, error),
      ),
    );
  },
});
