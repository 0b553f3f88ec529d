import { type Components, inferSchema, type JsonSchema } from './json-schema.ts';

/** Shown for fields of these names, where the field's schema takes it. */
const byName: Readonly<Record<string, unknown>> = {
  symbol: 'AAPL',
  email: 'user@example.com',
  username: 'user',
  password: 'quiet-River-under-7-bridges',
  currency: 'USD',
  asset: 'USD',
  first: 20,
  last: 20,
  qty: '10',
  limitPrice: '180.50',
  clientOrderId: 'my-order-1',
  idempotencyKey: 'my-key-1',
  tokenType: 'Bearer',
  token_type: 'bearer',
  expiresIn: 1800,
  expires_in: 1800,
};

const byFormat: Readonly<Record<string, unknown>> = {
  decimal: '12.50',
  'date-time': '2026-11-21T09:30:00.000Z',
  email: 'user@example.com',
};

const typesOf = ({ type }: JsonSchema): readonly string[] => (type === undefined ? [] : [type].flat());

/** Optional, and yet part of what one sends first. */
const usual = new Set(['qty', 'limitPrice', 'email', 'amount']);

/** An instance of a schema. `sparse`: only what is required, as a first request would be. */
export const exampleOf = (given: JsonSchema, components: Components, name = '', sparse = false): unknown => {
  const schema = components.resolve(given);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return exampleOf(schema.anyOf[0]!, components, name, sparse);
  const [type = 'string'] = typesOf(schema);
  if (type === 'object') {
    const entries = Object.entries(schema.properties ?? {});
    const shown = sparse ? entries.filter(([key]) => schema.required?.includes(key) || usual.has(key)) : entries;
    return Object.fromEntries(shown.map(([key, inner]) => [key, exampleOf(inner, components, key, sparse)]));
  }
  if (type === 'array') return [exampleOf(schema.items!, components, name, sparse)];
  const named = byName[name];
  if (typeof named === 'string' && type === 'string') return named;
  if (typeof named === 'number' && type === 'integer') return named;
  if (type === 'boolean') return false;
  if (type === 'integer' || type === 'number') return 1;
  if (schema.format !== undefined) return byFormat[schema.format] ?? '…';
  return /(^id|Id|_id)$/.test(name) ? '019aa5a2-7c00-7000-8000-000000000001' : 'text';
};

/** The schema of what a dialect made of a body: the body's own, and those of its parts, where they stand, the rest as it looks. */
export const wrappedSchema = (
  body: unknown,
  inner: unknown,
  schema: JsonSchema,
  components: Components,
): JsonSchema => {
  const known = new Map<unknown, JsonSchema>([[inner, schema]]);
  if (typeof inner === 'object' && inner !== null)
    for (const [name, part] of Object.entries(inner)) {
      const ofPart = components.resolve(schema).properties?.[name];
      if (typeof part === 'object' && part !== null && ofPart !== undefined) known.set(part, ofPart);
    }
  const look = (value: unknown): JsonSchema => {
    const found = known.get(value);
    if (found !== undefined) return found;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return inferSchema([value]);
    const properties = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, look(part)]));
    return { type: 'object', properties, required: Object.keys(properties) };
  };
  return look(body);
};
