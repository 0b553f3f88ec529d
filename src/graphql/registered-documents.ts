import { readFileSync } from 'node:fs';
import { type GraphQLSchema, parse, validate } from 'graphql';
import { z } from 'zod';
import { ConfigError } from '../config.ts';
import { limits } from '../limits.ts';

/** Sources of operations by the id that clients send instead of them. */
export type RegisteredDocuments = ReadonlyMap<string, string>;

const id = z.string().min(1).max(limits.text.documentId);
/** What graphql-codegen's client preset writes, and Apollo's manifest. */
const manifest = z.union([
  z.object({
    format: z.literal('apollo-persisted-query-manifest'),
    operations: z.array(z.object({ id, body: z.string().min(1) })),
  }),
  z.record(id, z.string().min(1)),
]);

const setting = 'PERSISTED_DOCUMENTS';

const read = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError(setting, `${file} cannot be read as JSON (${(error as Error).message})`);
  }
};

const problemOf = (schema: GraphQLSchema, source: string): string | undefined => {
  try {
    return validate(schema, parse(source, { maxTokens: limits.graphql.tokens }))[0]?.message;
  } catch (error) {
    return (error as Error).message;
  }
};

/** Reads the operations that a frontend was built with. One that the schema does not serve stops the start, by its id. */
export const readRegisteredDocuments = (file: string, schema: GraphQLSchema): RegisteredDocuments => {
  const parsed = manifest.safeParse(read(file));
  if (!parsed.success)
    throw new ConfigError(setting, `${file} is neither a map of id to document nor Apollo's manifest of operations`);
  const { data } = parsed;
  const entries: [string, string][] = Array.isArray(data.operations)
    ? data.operations.map((operation) => [operation.id, operation.body])
    : Object.entries(data as Record<string, string>);
  for (const [name, source] of entries) {
    const problem = problemOf(schema, source);
    if (problem !== undefined)
      throw new ConfigError(setting, `the document ${name} does not fit the schema: ${problem}`);
  }
  return new Map(entries);
};
