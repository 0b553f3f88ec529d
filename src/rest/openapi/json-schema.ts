/** As much of JSON Schema 2020-12 as the documents use. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  deprecated?: true;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  const?: unknown;
  enum?: readonly unknown[];
  default?: unknown;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  anyOf?: JsonSchema[];
}

/** Schemas that are named once and referred to. */
export interface Components {
  /** Answers with the reference. Two different schemas of one name: the second is named after its face as well. */
  add(name: string, schema: JsonSchema): JsonSchema;
  resolve(schema: JsonSchema): JsonSchema;
}

const prefix = '#/components/schemas/';

export const createComponents = (): { of(face: string): Components; all: Map<string, JsonSchema> } => {
  const all = new Map<string, JsonSchema>();
  const texts = new Map<string, string>();
  const put = (name: string, schema: JsonSchema): boolean => {
    const text = JSON.stringify(schema);
    if (all.has(name)) return texts.get(name) === text;
    all.set(name, schema);
    texts.set(name, text);
    return true;
  };
  return {
    all,
    of: (face) => ({
      add: (name, schema) => {
        const own = `${face.charAt(0).toUpperCase()}${face.slice(1)}${name}`;
        if (put(name, schema)) return { $ref: `${prefix}${name}` };
        if (put(own, schema)) return { $ref: `${prefix}${own}` };
        throw new Error(`two schemas of one face are named ${name}`);
      },
      resolve: (schema) =>
        schema.$ref === undefined ? schema : (all.get(schema.$ref.slice(prefix.length)) as JsonSchema),
    }),
  };
};

/** An object that has all of these. */
export const objectOf = (properties: Record<string, JsonSchema>): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

export const orNull = (schema: JsonSchema): JsonSchema => {
  if (schema.$ref !== undefined || schema.anyOf !== undefined) return { anyOf: [schema, { type: 'null' }] };
  return { ...schema, type: [schema.type as string, 'null'] };
};

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
};

const ofObjects = (values: readonly Record<string, unknown>[]): JsonSchema => {
  const names = [...new Set(values.flatMap((value) => Object.keys(value)))];
  const given = (name: string): unknown[] =>
    values.flatMap((value) => (value[name] === undefined ? [] : [value[name]]));
  const properties = Object.fromEntries(
    names.map((name) => {
      const found = given(name);
      const isCode = name === 'code' || name === 'status';
      return [name, isCode ? { type: typeOf(found[0]), enum: [...new Set(found)].sort() } : inferSchema(found)];
    }),
  );
  return { type: 'object', properties, required: names.filter((name) => given(name).length === values.length) };
};

/** The narrowest plain schema that all of these values fit, for bodies that only a dialect knows how to write. */
export const inferSchema = (values: readonly unknown[]): JsonSchema => {
  const types = [...new Set(values.map(typeOf))];
  const schemas = types.map((type): JsonSchema => {
    const own = values.filter((value) => typeOf(value) === type);
    if (type === 'object') return ofObjects(own as Record<string, unknown>[]);
    if (type === 'array') return { type, items: inferSchema(own.flat()) };
    return { type };
  });
  const [only = {}] = schemas;
  if (schemas.length <= 1) return only;
  return { anyOf: schemas };
};
