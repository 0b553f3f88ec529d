import { specifiedRules, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { limits } from '../../limits.ts';

/** Validates with graphql-js's own rules and stops after a bounded number of errors. */
export const useBoundedValidation = (): Plugin => ({
  onValidate({ setValidationFn }) {
    setValidationFn((schema, document, rules) =>
      validate(schema, document, rules ?? specifiedRules, { maxErrors: limits.graphql.errors }),
    );
  },
});
