/** What an OpenAPI document lost against an earlier one, in words: each breaks a client that was written for the earlier one. */
export const breakingChanges = (before: Document, after: Document): string[] =>
  Object.entries(before.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, was]) => {
      const name = `${method.toUpperCase()} ${path}`;
      const is = after.paths[path]?.[method];
      if (is === undefined) return [`${name} is gone`];
      return [
        ...(was.security?.length === 0 && is.security?.length !== 0 ? ['one has to be signed in now'] : []),
        ...ofParameters(before, after, was, is),
        ...ofBody(before, after, was, is),
        ...ofAnswers(before, after, was, is),
      ].map((change) => `${name}: ${change}`);
    }),
  );

interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
}

interface Parameter {
  $ref?: string;
  name: string;
  in: string;
  required?: boolean;
  schema: Schema;
}

interface Media {
  content?: Record<string, { schema: Schema }>;
}

interface Operation {
  security?: unknown[];
  parameters?: Parameter[];
  requestBody?: Media;
  responses: Record<string, Media & { $ref?: string }>;
}

export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
}

const resolved = <Value extends { $ref?: string }>({ components }: Document, value: Value): Value => {
  if (value.$ref === undefined) return value;
  const [, , kind = '', name = ''] = value.$ref.split('/');
  return (components[kind]?.[name] ?? {}) as Value;
};

const typesOf = (schema: Schema): string[] => {
  if (schema.type !== undefined) return [schema.type].flat();
  return schema.const === undefined ? [] : [schema.const === null ? 'null' : typeof schema.const];
};

/** Every kind of value that a schema takes, alternatives taken apart. */
const kindsOf = (document: Document, given: Schema): Schema[] => {
  const schema = resolved(document, given);
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap((one) => kindsOf(document, one));
  return typesOf(schema).map((type) => ({ ...schema, type }));
};

/** What `narrow` may be that `wide` is not, at each place inside. */
const beyond = (
  [narrowIn, narrow]: [Document, Schema],
  [wideIn, wide]: [Document, Schema],
  at: string,
  depth = 0,
): string[] => {
  if (depth > 12) return [];
  const taken = kindsOf(wideIn, wide);
  if (taken.length === 0) return [];
  return kindsOf(narrowIn, narrow).flatMap((kind) => {
    const same = taken.filter(({ type }) => type === kind.type || (type === 'number' && kind.type === 'integer'));
    if (same.length === 0) return [`${at} may be ${kind.type}`];
    const found = same.map((other) => inside([narrowIn, kind], [wideIn, other], at, depth + 1));
    return found.sort((one, two) => one.length - two.length)[0] ?? [];
  });
};

/** Bounds of `wide` that a value of `narrow` may be beyond. */
const bounds = (narrow: Schema, wide: Schema, at: string): string[] => [
  ...((narrow.maxLength ?? Infinity) > (wide.maxLength ?? Infinity)
    ? [`${at} may be longer than ${wide.maxLength}`]
    : []),
  ...((narrow.maximum ?? Infinity) > (wide.maximum ?? Infinity) ? [`${at} may be more than ${wide.maximum}`] : []),
  ...((narrow.minimum ?? -Infinity) < (wide.minimum ?? -Infinity) ? [`${at} may be less than ${wide.minimum}`] : []),
  ...(wide.pattern !== undefined && narrow.pattern !== wide.pattern ? [`${at} may be unlike ${wide.pattern}`] : []),
];

const inside = (
  [narrowIn, narrow]: [Document, Schema],
  [wideIn, wide]: [Document, Schema],
  at: string,
  depth: number,
): string[] => {
  if (narrow.type === 'array')
    return beyond([narrowIn, narrow.items ?? {}], [wideIn, wide.items ?? {}], `${at}[]`, depth);
  const missing = (wide.required ?? []).filter((name) => !narrow.required?.includes(name));
  const fields = Object.entries(narrow.properties ?? {}).flatMap(([name, inner]) => {
    const other = wide.properties?.[name];
    return other === undefined ? [] : beyond([narrowIn, inner], [wideIn, other], `${at}.${name}`, depth);
  });
  const values = (schema: Schema): unknown[] | undefined =>
    schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  const known = values(wide);
  // A catalogue of failures grows: a client takes a code that it does not know by its status. So do the kinds of journal entries and
  // of the house's accounts: what an entry does is what its lines say.
  const isOpen = at.endsWith('.code') || known?.some((value) => value === 'REVERSAL' || value === 'WORLD') === true;
  const lost =
    known === undefined || isOpen ? [] : (values(narrow) ?? ['any value']).filter((value) => !known.includes(value));
  return [
    ...missing.map((name) => `${at}.${name} may be missing`),
    ...fields,
    ...lost.map((value) => `${at} may be ${value}`),
    ...bounds(narrow, wide, at),
  ];
};

const fieldsGone = (before: Document, was: Schema, after: Document, is: Schema, at: string, depth = 0): string[] => {
  if (depth > 12) return [];
  const now = kindsOf(after, is);
  return kindsOf(before, was).flatMap((kind) => {
    const found = now
      .filter(({ type }) => type === kind.type)
      .map((same) => {
        if (kind.items && same.items) return fieldsGone(before, kind.items, after, same.items, `${at}[]`, depth + 1);
        return Object.entries(kind.properties ?? {}).flatMap(([name, inner]) => {
          const other = same.properties?.[name];
          if (other === undefined) return [`${at}.${name} is gone`];
          return fieldsGone(before, inner, after, other, `${at}.${name}`, depth + 1);
        });
      });
    return found.sort((one, two) => one.length - two.length)[0] ?? [];
  });
};

const ofParameters = (before: Document, after: Document, was: Operation, is: Operation): string[] => {
  const old = (was.parameters ?? []).map((one) => resolved(before, one));
  const now = (is.parameters ?? []).map((one) => resolved(after, one));
  const changes = old.flatMap((one) => {
    const other = now.find(({ name, in: where }) => name === one.name && where === one.in);
    if (other === undefined) return [`the parameter ${one.name} is gone`];
    return beyond([before, one.schema], [after, other.schema], `the parameter ${one.name}`).map(
      (what) => `${what}, which is refused now`,
    );
  });
  const demanded = now.filter(
    ({ name, required }) => required && !old.some((one) => one.name === name && one.required),
  );
  return [...changes, ...demanded.map(({ name }) => `the parameter ${name} is required now`)];
};

/** What was sent is still taken. */
const ofBody = (before: Document, after: Document, was: Operation, is: Operation): string[] => {
  const gone = Object.entries(was.requestBody?.content ?? {}).flatMap(([type, { schema }]) => {
    const other = is.requestBody?.content?.[type];
    if (other === undefined) return [`bodies of ${type} are no longer taken`];
    return [
      ...beyond([before, schema], [after, other.schema], 'the body').map((what) => `${what}, which is refused now`),
      ...fieldsGone(before, schema, after, other.schema, 'the body'),
    ];
  });
  const demanded = was.requestBody === undefined && is.requestBody !== undefined ? ['a body is required now'] : [];
  return [...gone, ...demanded];
};

/** What is answered is what was expected; refusals keep their fields, and may gain codes. */
const ofAnswers = (before: Document, after: Document, was: Operation, is: Operation): string[] =>
  Object.entries(was.responses).flatMap(([status, old]) => {
    const now = is.responses[status];
    const isSuccess = status.startsWith('2');
    if (now === undefined) return isSuccess ? [`${status} is no longer answered`] : [];
    const what = isSuccess ? 'the answer' : `the refusal ${status}`;
    return Object.entries(resolved(before, old).content ?? {}).flatMap(([type, { schema }]) => {
      const other = resolved(after, now).content?.[type];
      if (other === undefined) return [`${status} is no longer ${type}`];
      return [
        ...fieldsGone(before, schema, after, other.schema, what),
        ...(isSuccess ? beyond([after, other.schema], [before, schema], what) : []),
      ];
    });
  });
