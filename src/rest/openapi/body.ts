import {
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
} from 'graphql';
import type { RestOperation } from '../operation.ts';
import type { BodyShape } from '../select.ts';
import { type Components, type JsonSchema, orNull } from './json-schema.ts';
import { createSelection, presentInput, type Spot } from './types.ts';

export interface BodySchema {
  schema: JsonSchema;
  /** It is one page of a list. */
  isPage: boolean;
}

const cursor = (description: string): JsonSchema => ({ type: ['string', 'null'], description });

const pageOf = (items: JsonSchema, total: JsonSchema | undefined): JsonSchema => ({
  type: 'object',
  properties: {
    items: { type: 'array', items },
    nextCursor: cursor('For `after`, with `first`; null at the end.'),
    previousCursor: cursor('For `before`, with `last`; null at the beginning.'),
    ...(total && { total }),
  },
  required: ['items', 'nextCursor', 'previousCursor', ...(total ? ['total'] : [])],
});

/** The JSON schema of what `select` makes of the results of an operation; undefined for answers without a body. */
export const bodySchema = (
  operation: RestOperation,
  schema: GraphQLSchema,
  components: Components,
): BodySchema | undefined => {
  if (operation.body === undefined) return undefined;
  const selection = createSelection(operation, components);
  const node = operation.document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  )!;
  const root: Spot = {
    type: schema.getRootType(operation.kind as OperationTypeNode)!,
    selections: [node.selectionSet],
  };

  /** What lies at a path; lists on the way give lists. `done`: of a mutation that was done, where what it made is there. */
  const at = (from: Spot, names: readonly string[], done: boolean): JsonSchema => {
    const [name, ...rest] = names;
    if (name === undefined) return done ? selection.present(from) : selection.schemaOf(from);
    const nullable = !isNonNullType(from.type) && !done;
    const type = getNullableType(from.type) as GraphQLOutputType;
    const found: JsonSchema = isListType(type)
      ? { type: 'array', items: at({ ...from, type: type.ofType }, names, false) }
      : inside({ ...from, type }, name, rest);
    return nullable ? orNull(found) : found;
  };
  const inside = (from: Spot, name: string, rest: readonly string[]): JsonSchema => {
    const given = operation.variables.find((variable) => variable.name === rest[0]);
    if (from.selections === root.selections && name === 'variables' && given)
      return presentInput(given.type, components, false);
    const next = selection.step(from, name);
    if (next === undefined) throw new Error(`REST operation ${operation.name}: its body has no "${name}"`);
    const isPayload = from.selections === root.selections && operation.payloads.includes(name);
    const [made, ...deeper] = rest;
    if (!isPayload || made === undefined) return at(next, rest, false);
    const inner = selection.step({ ...next, type: getNullableType(next.type) as GraphQLOutputType }, made);
    if (inner === undefined) throw new Error(`REST operation ${operation.name}: its body has no "${made}"`);
    return at(inner, deeper, true);
  };
  /** A whole body that is null is answered with 404. */
  const whole = (path: string): JsonSchema => {
    const found = at(root, path.split('.'), false);
    if (found.anyOf?.length === 2 && found.anyOf[1]?.type === 'null') return found.anyOf[0]!;
    return Array.isArray(found.type) ? { ...found, type: found.type[0]! } : found;
  };

  const ofShape = (shape: BodyShape): JsonSchema => {
    if (typeof shape === 'string') {
      if (shape.startsWith('=')) return { type: 'string', ...(!shape.includes('{') && { const: shape.slice(1) }) };
      // An answer that has a page has its count.
      const isCount = operation.page !== undefined && shape === `${operation.page}.totalCount`;
      return isCount ? { type: 'integer', minimum: 0 } : at(root, shape.split('.'), false);
    }
    const properties: Record<string, JsonSchema> = {};
    for (const [name, inner] of Object.entries(shape)) {
      const found = ofShape(inner);
      // A root field that may be null is not, where its operation answers.
      if (name === '_') Object.assign(properties, components.resolve(found.anyOf?.[0] ?? found).properties);
      else properties[name] = found;
    }
    return { type: 'object', properties, required: Object.keys(properties) };
  };

  if (typeof operation.body !== 'string' || operation.body.startsWith('='))
    return { schema: ofShape(operation.body), isPage: false };
  const found = whole(operation.body);
  const { edges, totalCount } = components.resolve(found).properties ?? {};
  const items = edges?.items && components.resolve(edges.items).properties?.node;
  return items === undefined ? { schema: found, isPage: false } : { schema: pageOf(items, totalCount), isPage: true };
};
