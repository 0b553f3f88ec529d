import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { RequestContext } from '../context.ts';

/** Says in the answer how the dependencies stand that its fields declared: `extensions.dependencies`, by name. */
export const useDependencies = (): Plugin => ({
  onExecutionResult({ result, context, setResult }) {
    const { dependencies, services } = context as unknown as RequestContext;
    if (dependencies === null || isAsyncIterable(result)) return;
    const answer = result as ExecutionResult;
    const states = Object.fromEntries([...dependencies].map((dependency) => services.circuits.report(dependency)));
    setResult({ ...answer, extensions: { ...answer.extensions, dependencies: states } });
  },
});
