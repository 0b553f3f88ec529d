import type { Plugin } from 'graphql-yoga';
import { useComplexity } from './complexity.ts';
import { useDependencies } from './dependencies.ts';
import { useDocumentLimits } from './document-limits.ts';
import { useIdempotencyAnswer } from './idempotency.ts';
import { useIdempotencyHeader } from './idempotency-header.ts';
import { useIntrospection } from './introspection.ts';
import { type MaskOptions, useMaskedErrors } from './masked-errors.ts';
import { useNothingThere } from './nothing-there.ts';
import { useOperation } from './operation.ts';
import { useRateLimit } from './rate-limit.ts';
import { type DocumentRules, useRegisteredDocuments } from './registered-documents.ts';
import { useBoundedValidation } from './validation.ts';
import { useCheckedVariables } from './variables.ts';

export interface PluginOptions extends MaskOptions, DocumentRules {
  /** Whether anybody may ask for the schema. */
  introspection: boolean;
}

/** The way of an operation, in this order; Yoga's parse and validation cache stands after the third. */
export const createPlugins = (options: PluginOptions): Plugin[] => [
  useRegisteredDocuments(options),
  useDocumentLimits(),
  useBoundedValidation(!options.introspection),
  useOperation(),
  useIntrospection(options.introspection),
  useCheckedVariables(!options.introspection),
  useIdempotencyHeader(),
  useComplexity(),
  useRateLimit(),
  useIdempotencyAnswer(),
  useNothingThere(),
  useDependencies(),
  useMaskedErrors(options),
];
