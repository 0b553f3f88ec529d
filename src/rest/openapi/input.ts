import { getNullableType, isListType } from 'graphql';
import type { RestOperation } from '../operation.ts';
import type { DocumentedFace } from './documented-face.ts';
import { exampleOf } from './examples.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Parameter } from './openapi.ts';
import { inputSchema, presentInput } from './types.ts';
import { defaultsOf, notesOf } from './variables.ts';

/** Where an operation takes its variables from: the path, the query or the body. */
export const inputOf = (
  { schema, components, dialect }: DocumentedFace,
  operation: RestOperation,
): { parameters: Parameter[]; body: JsonSchema | undefined } => {
  const notes = notesOf(operation, schema);
  const defaults = defaultsOf(operation);
  const closed = !dialect.ignoresUnknown;
  const hasBody = operation.method !== 'GET' && operation.method !== 'DELETE';
  const own = dialect.inputs?.[operation.name]?.shown ?? {};
  const parameters: Parameter[] = [];
  const properties: Record<string, JsonSchema> = {};
  const needed: string[] = [];
  let body: JsonSchema | undefined;
  for (const { name, type, required } of operation.variables) {
    const isRequired = required && !Object.hasOwn(operation.derive, name);
    const shown = own[name];
    if (shown === null) continue;
    const inPath = operation.path.includes(`{${name}}`);
    const fallback = defaults.has(name) && { default: defaults.get(name) };
    if (hasBody && !inPath) {
      if (name === 'input') {
        body = presentInput(type, components, closed);
        continue;
      }
      properties[name] = {
        ...(shown?.schema ?? inputSchema(type, components, closed)),
        ...fallback,
        ...notes.get(name),
      };
      if (isRequired) needed.push(name);
    } else {
      const schema = shown?.schema ?? presentInput(type, components, closed);
      parameters.push({
        name,
        in: inPath ? 'path' : 'query',
        ...((inPath || isRequired) && { required: true }),
        ...notes.get(name),
        ...(isListType(getNullableType(type)) && { style: 'form', explode: false }),
        schema: { ...schema, ...fallback },
        ...((inPath || isRequired) && { example: exampleOf(schema, components, name) }),
      });
    }
  }
  for (const [name, shown] of Object.entries(own))
    if (shown !== null && !operation.variables.some((variable) => variable.name === name)) {
      if (hasBody) properties[name] = shown.schema;
      else parameters.push({ name, in: 'query', ...shown });
    }
  if (body === undefined && Object.keys(properties).length > 0)
    body = {
      type: 'object',
      properties,
      ...(needed.length > 0 && { required: needed }),
      ...(closed && { additionalProperties: false }),
    };
  return { parameters, body };
};
