import type { Plugin } from 'graphql-yoga';
import { useComplexity } from './complexity.ts';
import { useDocumentLimits } from './document-limits.ts';
import { useIdempotencyAnswer } from './idempotency.ts';
import { type MaskOptions, useMaskedErrors } from './masked-errors.ts';
import { useOperation } from './operation.ts';
import { useBoundedValidation } from './validation.ts';

/** The way of an operation, in this order; Yoga's parse and validation cache stands after the second. */
export const createPlugins = (mask: MaskOptions): Plugin[] => [
  useDocumentLimits(),
  useBoundedValidation(),
  useOperation(),
  useComplexity(),
  useIdempotencyAnswer(),
  useMaskedErrors(mask),
];
