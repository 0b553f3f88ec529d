import {
  coerceInputValue,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql';
import { limits } from '../limits.ts';
import { withoutValue } from './error-text.ts';

const placeOf = (name: string, path: readonly (string | number)[]): string =>
  path.reduce<string>((place, key) => (typeof key === 'number' ? `${place}[${key}]` : `${place}.${key}`), name);

/** Thrown through graphql-js, which would go on to the last of a hundred thousand wrong values. */
const enough = new GraphQLError('Too many errors in the variables; the rest of them was not looked at.', {
  extensions: { code: 'BAD_USER_INPUT' },
});

export interface ReadVariables {
  /** So many at most, each with the place, what is expected there and why, none with the value. */
  errors: GraphQLError[];
  /** As graphql-js will have them when it executes, defaults included; good for something where there are no errors. */
  values: Readonly<Record<string, unknown>>;
}

/** Reads the variables of an operation and says what does not fit. graphql-js looks again when it executes, and finds nothing any more. */
export const readVariables = (
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
  hideSuggestions: boolean,
): ReadVariables => {
  const errors: GraphQLError[] = [];
  const values: Record<string, unknown> = Object.create(null);

  const tell = (nodes: VariableDefinitionNode, message: string): void => {
    if (errors.length >= limits.graphql.errors) throw enough;
    errors.push(new GraphQLError(message, { nodes, extensions: { code: 'BAD_USER_INPUT' } }));
  };

  const look = (definition: VariableDefinitionNode, type: GraphQLInputType): void => {
    const name = definition.variable.name.value;
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value == null) {
      if (value === undefined && definition.defaultValue !== undefined) {
        values[name] = valueFromAST(definition.defaultValue, type);
        return;
      }
      if (!isNonNullType(type)) {
        if (value === null) values[name] = null;
      } else if (value === null) tell(definition, `Variable "$${name}" of non-null type "${type}" must not be null.`);
      else tell(definition, `Variable "$${name}" of required type "${type}" was not provided.`);
      return;
    }
    const onError = (path: readonly (string | number)[], _value: unknown, error: GraphQLError): void => {
      const place = path.length > 0 ? ` at "${placeOf(name, path)}"` : '';
      tell(definition, `Variable "$${name}" got invalid value${place}; ${withoutValue(error.message)}`);
    };
    values[name] = coerceInputValue(value, type, onError, hideSuggestions);
  };

  try {
    for (const definition of variableDefinitions) {
      // The type is a node of one of three kinds, which the declarations of typeFromAST take one by one.
      const type = typeFromAST(schema, definition.type as never);
      if (isInputType(type)) look(definition, type);
    }
  } catch (error) {
    if (error !== enough) throw error;
    errors.push(enough);
  }
  return { errors, values };
};
