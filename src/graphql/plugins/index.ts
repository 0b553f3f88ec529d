import type { Plugin } from 'graphql-yoga';
import { useComplexity } from './complexity.ts';
import { useDocumentLimits } from './document-limits.ts';
import { useIdempotencyAnswer } from './idempotency.ts';
import { type MaskOptions, useMaskedErrors } from './masked-errors.ts';
import { useOperation } from './operation.ts';
import { useBoundedValidation } from './validation.ts';
import { type Authenticate, useViewer } from './viewer.ts';

/** The way of an operation, in this order; Yoga's parse and validation cache stands between the second and the third. */
export const createPlugins = ({ authenticate, ...mask }: { authenticate: Authenticate } & MaskOptions): Plugin[] => [
  useDocumentLimits(),
  useBoundedValidation(),
  useViewer(authenticate),
  useOperation(),
  useComplexity(),
  useIdempotencyAnswer(),
  useMaskedErrors(mask),
];
