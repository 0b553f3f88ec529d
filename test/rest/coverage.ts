import {
  type ArgumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { RestOperation } from '../../src/rest/operation.ts';

/* What of the schema an operation leaves out: of each object that it selects from, and of each input that it writes out. */

type Note = (type: string, name: string) => void;

const inputGaps = (
  name: string,
  known: Readonly<Record<string, GraphQLInputField | GraphQLArgument>>,
  given: ReadonlyMap<string, ArgumentNode['value']>,
  note: Note,
): void => {
  for (const [field, { type }] of Object.entries(known)) {
    const value = given.get(field);
    const inner = getNamedType(type);
    if (value === undefined) note(name, field);
    else if (value.kind === Kind.OBJECT && isInputObjectType(inner)) {
      const inside = new Map(value.fields.map((one) => [one.name.value, one.value]));
      inputGaps(inner.name, inner.getFields(), inside, note);
    }
  }
};

/** By the names of types, and of fields with arguments, what the operation does not have of them. */
export const leftOut = (schema: GraphQLSchema, { document }: RestOperation): string[] => {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const found = new Set<string>();
  const note: Note = (type, name) => void found.add(`${type}.${name}`);

  const fieldsOf = ({ selections }: SelectionSetNode): FieldNode[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsOf(selection.selectionSet);
      return fieldsOf(fragments.get(selection.name.value)!.selectionSet);
    });
  const walk = (type: GraphQLObjectType, set: SelectionSetNode, isRoot: boolean): void => {
    const fields = fieldsOf(set);
    const names = new Set(fields.map(({ name }) => name.value));
    // Of what is named by its id only, the rest is read where it is.
    const isReference = names.size === 1 && names.has('id');
    if (!isRoot && !isReference)
      for (const name of Object.keys(type.getFields())) if (!names.has(name)) note(type.name, name);
    for (const { name, arguments: given = [], selectionSet } of fields) {
      const field = type.getFields()[name.value];
      if (field === undefined) continue;
      const known = Object.fromEntries(field.args.map((arg) => [arg.name, arg]));
      inputGaps(`${type.name}.${name.value}`, known, new Map(given.map((one) => [one.name.value, one.value])), note);
      const inner = getNamedType(field.type);
      if (selectionSet !== undefined && isObjectType(inner)) walk(inner, selectionSet, false);
    }
  };
  for (const node of document.definitions)
    if (node.kind === Kind.OPERATION_DEFINITION)
      walk(schema.getRootType(node.operation) as GraphQLObjectType, node.selectionSet, true);
  return [...found].sort();
};
