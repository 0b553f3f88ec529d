import { type GraphQLError, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { RequestContext } from '../context.ts';
import { readVariables } from '../misfits.ts';
import type { Execution } from './execution.ts';

/** Refuses variables that do not fit before anything is priced or run, in words of ours, and keeps them for what looks at them before they are used. */
export const useCheckedVariables = (hideSuggestions: boolean): Plugin => {
  const check = (
    { schema, document, operationName, variableValues, contextValue }: Execution,
    refuse: (result: { errors: GraphQLError[] }) => void,
  ): void => {
    const operation = getOperationAST(document, operationName);
    if (!operation?.variableDefinitions?.length) return;
    const { errors, values } = readVariables(schema, operation, variableValues ?? {}, hideSuggestions);
    if (errors.length > 0) refuse({ errors });
    else (contextValue as RequestContext).variables = values;
  };
  return {
    onExecute: ({ args, setResultAndStopExecution }) => check(args as Execution, setResultAndStopExecution),
    onSubscribe: ({ args, setResultAndStopExecution }) => check(args as Execution, setResultAndStopExecution),
  };
};
