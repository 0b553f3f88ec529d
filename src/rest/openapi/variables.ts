import {
  type GraphQLInputField,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { RestOperation } from '../operation.ts';
import { described } from './types.ts';

interface VariableNotes {
  description?: string;
  deprecated?: true;
}

/** What the schema says of the argument or input field that each variable is given to. */
export const notesOf = ({ document }: RestOperation, schema: GraphQLSchema): Map<string, VariableNotes> => {
  const notes = new Map<string, VariableNotes>();
  const types = new TypeInfo(schema);
  let field: GraphQLInputField | undefined;
  const look = visitWithTypeInfo(types, {
    ObjectField: ({ name }) => {
      const parent = getNamedType(types.getParentInputType());
      field = isInputObjectType(parent) ? parent.getFields()[name.value] : undefined;
    },
    Argument: () => {
      field = undefined;
    },
    Variable: ({ name }) => {
      const given = field ?? types.getArgument();
      if (given == null || notes.has(name.value)) return;
      notes.set(name.value, {
        ...described(given.description),
        ...(given.deprecationReason != null && { deprecated: true }),
      });
    },
    VariableDefinition: () => false,
  });
  visit(document, look);
  return notes;
};

/** The defaults of the operation's variables, of those that have one. */
export const defaultsOf = ({ document }: RestOperation): Map<string, unknown> => {
  const node = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)!;
  const variables = (node as OperationDefinitionNode).variableDefinitions ?? [];
  return new Map(
    variables.flatMap(({ variable, defaultValue }) =>
      defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
    ),
  );
};
