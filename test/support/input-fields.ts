import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLInputType, getNullableType, isInputObjectType, isListType } from 'graphql';

/** What the fields of `userErrors` must be: places of the input that the mutation takes. */

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const mutations = schema.getMutationType()?.getFields() ?? {};

const has = (type: GraphQLInputType, [name, ...rest]: readonly string[]): boolean => {
  const bare = getNullableType(type);
  if (name === undefined) return true;
  if (isListType(bare)) return /^\d+$/.test(name) && has(bare.ofType, rest);
  const field = isInputObjectType(bare) ? bare.getFields()[name] : undefined;
  return field !== undefined && has(field.type, rest);
};

interface Payload {
  userErrors?: { field?: string[] | null }[];
  results?: Payload[];
}

const strange = (type: GraphQLInputType | undefined, { userErrors = [], results = [] }: Payload): string[] => {
  const own = userErrors.flatMap(({ field }) => (field == null || (type && has(type, field)) ? [] : [field.join('.')]));
  // Each result is about an order, and so are its fields.
  const order = schema.getType('PlaceOrderInput') as GraphQLInputType;
  return [...own, ...results.flatMap((result) => strange(order, result))];
};

const isPayload = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && ('userErrors' in value || 'results' in value);

/** The fields that an answer's errors name and that the input of its mutation has not. Mutations under another name are passed over. */
export const strangeFields = (data: unknown): string[] =>
  Object.entries(data ?? {}).flatMap(([name, payload]: [string, unknown]) => {
    const mutation = mutations[name];
    if (mutation === undefined || !isPayload(payload)) return [];
    const input = mutation.args.find((arg) => arg.name === 'input')?.type;
    return strange(input, payload).map((field) => `${name}: ${field}`);
  });
