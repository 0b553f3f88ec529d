import {
  type FieldNode,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { RestOperation } from '../operation.ts';
import { type Components, type JsonSchema, orNull } from './json-schema.ts';

/** Names of the scalars with what JSON they are; `isDecimal` and `readDateTime` of the kernel are the same rules. */
const scalars: Readonly<Record<string, JsonSchema>> = {
  ID: { type: 'string' },
  String: { type: 'string' },
  Boolean: { type: 'boolean' },
  Int: { type: 'integer', format: 'int32' },
  Float: { type: 'number' },
  Decimal: { type: 'string', format: 'decimal', pattern: '^-?(0|[1-9]\\d*)(\\.\\d+)?$', maxLength: 64 },
  DateTime: { type: 'string', format: 'date-time' },
  EmailAddress: { type: 'string', format: 'email', maxLength: 254 },
};

const ofLeaf = (type: GraphQLNamedType, components: Components): JsonSchema => {
  if (isEnumType(type)) {
    const values = type.getValues().map(({ name }) => name);
    return components.add(type.name, { type: 'string', enum: values, ...described(type.description) });
  }
  const schema = scalars[type.name];
  if (schema === undefined) throw new Error(`${type.name} has no JSON schema`);
  return schema;
};

export const described = (description: string | null | undefined): { description?: string } =>
  description == null ? {} : { description };

const marked = (description: string | null | undefined, deprecationReason: string | null | undefined) => ({
  ...described(description),
  ...(deprecationReason != null && { deprecated: true as const }),
});

/** `closed`: names that the type does not have are refused. */
export const inputSchema = (type: GraphQLInputType, components: Components, closed: boolean): JsonSchema => {
  if (!isNonNullType(type)) {
    const inner = presentInput(type, components, closed);
    return orNull(inner);
  }
  return presentInput(type.ofType, components, closed);
};

/** As where the value is there: in a path or a query there is no null. */
export const presentInput = (given: GraphQLInputType, components: Components, closed: boolean): JsonSchema => {
  const type = getNullableType(given);
  if (isListType(type))
    return { type: 'array', items: inputSchema(type.ofType as GraphQLInputType, components, closed) };
  if (!isInputObjectType(type)) return ofLeaf(type as GraphQLNamedType, components);
  const fields = Object.values(type.getFields());
  const required = fields.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
  return components.add(type.name, {
    type: 'object',
    ...described(type.description),
    properties: Object.fromEntries(
      fields.map((field) => [
        field.name,
        {
          ...inputSchema(field.type, components, closed),
          ...(field.defaultValue !== undefined && { default: field.defaultValue }),
          ...marked(field.description, field.deprecationReason),
        },
      ]),
    ),
    ...(required.length > 0 && { required: required.map(({ name }) => name) }),
    ...(closed && { additionalProperties: false }),
  });
};

/** A type with what is selected of it. */
export interface Spot {
  type: GraphQLOutputType;
  selections: readonly SelectionSetNode[];
}

/** Goes through what an operation selects. */
export const createSelection = ({ document }: Pick<RestOperation, 'document'>, components: Components) => {
  const fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );

  const fieldsOf = (sets: readonly SelectionSetNode[]): Map<string, FieldNode[]> => {
    const found = new Map<string, FieldNode[]>();
    const collect = ({ selections }: SelectionSetNode): void => {
      for (const node of selections) {
        if (node.kind === Kind.INLINE_FRAGMENT) collect(node.selectionSet);
        else if (node.kind === Kind.FRAGMENT_SPREAD) {
          const fragment = fragments.get(node.name.value);
          if (fragment !== undefined) collect(fragment.selectionSet);
        } else {
          const name = (node.alias ?? node.name).value;
          found.set(name, [...(found.get(name) ?? []), node]);
        }
      }
    };
    for (const set of sets) collect(set);
    return found;
  };

  /** Where a name of the result leads to; undefined for a name that is not selected. */
  const step = ({ type, selections }: Spot, name: string): Spot | undefined => {
    const nodes = fieldsOf(selections).get(name);
    const parent = getNullableType(type) as GraphQLObjectType;
    const field = nodes?.[0] && parent.getFields()[nodes[0].name.value];
    if (nodes === undefined || field === undefined) return undefined;
    return { type: field.type, selections: nodes.flatMap(({ selectionSet }) => selectionSet ?? []) };
  };

  const propertiesOf = (type: GraphQLObjectType, selections: readonly SelectionSetNode[]): JsonSchema => {
    const entries = [...fieldsOf(selections)].map(([name, [node]]): [string, JsonSchema] => {
      const inner = step({ type, selections }, name);
      if (inner === undefined) return [name, { type: 'string', const: type.name }];
      const { description, deprecationReason } = type.getFields()[node!.name.value]!;
      return [name, { ...schemaOf(inner), ...marked(description, deprecationReason) }];
    });
    return { type: 'object', properties: Object.fromEntries(entries), required: entries.map(([name]) => name) };
  };

  /** One fragment and nothing else: its name is the schema's. */
  const nameOf = (selections: readonly SelectionSetNode[]): string | undefined => {
    const [first, ...others] = selections.flatMap((set) => set.selections);
    return others.length === 0 && first?.kind === Kind.FRAGMENT_SPREAD ? first.name.value : undefined;
  };

  const present = (given: GraphQLOutputType, selections: readonly SelectionSetNode[]): JsonSchema => {
    const type = getNullableType(given);
    if (isListType(type)) return { type: 'array', items: schemaOf({ type: type.ofType, selections }) };
    if (selections.length === 0) return ofLeaf(type as GraphQLNamedType, components);
    const object = type as GraphQLObjectType;
    const name = nameOf(selections);
    const schema = { ...propertiesOf(object, selections), ...described(object.description) };
    return name === undefined ? schema : components.add(name, schema);
  };

  const schemaOf = ({ type, selections }: Spot): JsonSchema => {
    const schema = present(type, selections);
    return isNonNullType(type) ? schema : orNull(schema);
  };

  return { step, schemaOf, present: ({ type, selections }: Spot) => present(type, selections) };
};
