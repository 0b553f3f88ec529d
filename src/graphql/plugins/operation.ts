import { getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { limits } from '../../limits.ts';
import type { RequestContext } from '../context.ts';
import type { Execution } from './execution.ts';

/**
 * Notes what is executed, for the log, and lets the work end when the client goes away. Only for what changes
 * nothing: a mutation that was begun is finished, whether or not anybody still waits for its answer.
 */
export const useOperation = (): Plugin => {
  const begin = (args: Execution): void => {
    const operation = getOperationAST(args.document, args.operationName);
    if (!operation) return;
    const context = args.contextValue as RequestContext;
    const name = operation.name?.value.slice(0, limits.text.operationName) ?? null;
    context.operation = { kind: operation.operation, name };
    if (operation.operation !== 'mutation') args.signal = context.signal;
  };
  return {
    onExecute: ({ args }) => begin(args as Execution),
    onSubscribe: ({ args }) => begin(args as Execution),
  };
};
