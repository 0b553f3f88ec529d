import type { GivenInput, InputProblem } from './input.ts';
import type { JsonSchema } from './openapi/json-schema.ts';

/** How the document shows one input. */
export interface ShownInput {
  schema: JsonSchema;
  description?: string;
  example?: unknown;
}

/** What clients of a face give to an operation in their own way: read and documented by the same words. */
export interface OwnInput {
  /** By name: null for a variable that clients do not give, else in its place, or beside them in the query. */
  shown: Readonly<Record<string, ShownInput | null>>;
  /** What was given, as the operation takes it. */
  read(given: GivenInput): GivenInput | { problems: InputProblem[] };
}
