import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { RequestContext } from '../context.ts';

/** Says in the answer that it is the stored one of an earlier request. */
export const useIdempotencyAnswer = (): Plugin => ({
  onExecutionResult({ result, context, setResult }) {
    if (!(context as unknown as RequestContext).idempotencyReplayed) return;
    const answer = result as ExecutionResult;
    setResult({ ...answer, extensions: { ...answer.extensions, idempotency: { replayed: true } } });
  },
});
