import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { RequestContext } from '../context.ts';

/** Says of which lists in the answer there is nothing that they could be of; REST answers 404 for them. */
export const useNothingThere = (): Plugin => ({
  onExecutionResult({ result, context, setResult }) {
    const { nothingThere } = context as unknown as RequestContext;
    if (nothingThere === null) return;
    const answer = result as ExecutionResult;
    setResult({ ...answer, extensions: { ...answer.extensions, nothingThere } });
  },
});
