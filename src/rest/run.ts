import { isAsyncIterable } from 'graphql-yoga';
import type { Graphql } from '../graphql/server.ts';
import { takesJson } from '../http/accept.ts';
import type { Exchange, HttpAnswer } from '../http/answer.ts';
import { budgetOf, callerOf } from '../http/graphql.ts';
import { idempotencyKeyOf } from '../http/idempotency-key.ts';
import type { Clock } from '../kernel/clock.ts';
import { readBody } from './body.ts';
import type { RestFailure } from './dialect.ts';
import { readInput } from './input.ts';
import type { Mounted } from './mounted.ts';
import type { RestOperation } from './operation.ts';
import { failureOf, misfit } from './outcome.ts';
import { failing, type RefuseAs } from './refuse.ts';
import type { Reached } from './request-of.ts';
import type { Match } from './router.ts';
import { createSucceed } from './succeed.ts';

/** Runs the operation that a request has found, as GraphQL, and answers as its face does. */
export const createRun = (deps: { graphql: Graphql; clock: Clock; refuse: RefuseAs }) => {
  const { graphql, refuse } = deps;
  const succeed = createSucceed(deps);
  return async (
    exchange: Exchange,
    face: Mounted,
    { target: operation, parameters }: Match<RestOperation>,
  ): Promise<HttpAnswer> => {
    exchange.note.operation = operation.name;
    const reached: Reached = { operation };
    const no = (failure: RestFailure, more = {}): HttpAnswer => refuse(exchange, face, reached, failure, more);
    if (face.dialect.negotiates && !takesJson(exchange.request.headers.accept))
      return no(failing('NOT_ACCEPTABLE', 'The answer is JSON, which the header Accept leaves out.'));
    const key = idempotencyKeyOf(exchange.request);
    if ('problem' in key) return no(failing('BAD_REQUEST', key.problem));
    const body = await readBody(exchange, face, operation);
    if ('failure' in body) return no(body.failure);
    reached.body = body.value;
    const sent = { path: parameters, query: new URLSearchParams(exchange.search), body: body.value };
    const given = face.dialect.inputs?.[operation.name]?.read(sent) ?? sent;
    const own = 'problems' in given ? given.problems : [];
    const input = readInput(operation, 'problems' in given ? sent : given, face.dialect.ignoresUnknown);
    if ('problems' in input) return no(misfit([...own, ...input.problems]));
    if (own.length > 0) return no(misfit(own));
    const asked = { query: operation.source, variables: input.variables };
    const caller = { ...callerOf(exchange, key.value), trusted: true as const };
    const { answer, context } = await graphql.run(asked, 'POST', caller);
    if (isAsyncIterable(answer)) throw new Error(`${operation.name} answers with a stream`);
    exchange.overBudget = budgetOf(answer);
    const failure = failureOf(operation, answer);
    const headers: Record<string, string> = {
      ...face.deprecations.get(operation),
      ...(context.idempotencyReplayed && { 'Idempotent-Replayed': 'true' }),
    };
    return failure === undefined
      ? succeed(exchange, face, operation, { ...answer.data, variables: input.variables }, headers)
      : no(failure, headers);
  };
};
