import type { ObjectRef } from '@pothos/core';
import { catalogue, type ErrorCode, type Failure } from '../errors.ts';
import type { Result } from '../kernel/result.ts';
import { builder } from './builder.ts';
import { noteCarriedOut } from './carried-out.ts';

type Types = typeof builder.$inferSchemaTypes;

const codes = Object.keys(catalogue) as [ErrorCode, ...ErrorCode[]];

const ErrorCodeEnum = builder.enumType('ErrorCode', {
  description: 'Everything that can go wrong, in `userErrors` and in `extensions.code` of the top-level errors alike.',
  values: Object.fromEntries(codes.map((code) => [code, { description: catalogue[code].meaning }])) as Record<
    ErrorCode,
    { description: string }
  >,
});

export const UserErrorRef = builder.objectRef<Failure>('UserError').implement({
  description: 'A reason why a mutation did nothing, which the client or its user can do something about.',
  fields: (t) => ({
    code: t.field({ type: ErrorCodeEnum, resolve: (failure) => failure.code }),
    message: t.exposeString('message', { description: 'For people, in English; programs go by the code.' }),
    field: t.stringList({
      nullable: true,
      description: 'The path inside the input, outermost first; null when no single value is at fault.',
      resolve: (failure) => (failure.field === undefined ? null : [...failure.field]),
    }),
  }),
});

/**
 * The payload of a mutation: what it made, null when it was refused, beside the reasons. Resolvers return the `Result`. One that only tells
 * what would be done is not carried out.
 */
export const payloadOf = <Value extends object>(
  name: string,
  field: string,
  type: ObjectRef<Types, Value>,
  { carriesOut = true }: { carriesOut?: boolean } = {},
): ObjectRef<Types, Result<Value>> =>
  builder.objectRef<Result<Value>>(name).implement({
    fields: (t) => ({
      [field]: t.field({
        type: type as ObjectRef<Types, object>,
        nullable: true,
        resolve: (result, _, context, info) => {
          if (!result.ok) return null;
          if (carriesOut) noteCarriedOut(context, info, result.value);
          return result.value;
        },
      }),
      userErrors: t.field({
        type: [UserErrorRef],
        description: 'Empty when the mutation was done.',
        resolve: (result) => (result.ok ? [] : [...result.failures]),
      }),
    }),
  });

/** Payloads of mutations that make nothing to show. */
export const donePayload = (name: string) =>
  builder.objectRef<Result<object>>(name).implement({
    fields: (t) => ({
      success: t.boolean({ resolve: ({ ok }) => ok }),
      userErrors: t.field({ type: [UserErrorRef], resolve: (result) => (result.ok ? [] : [...result.failures]) }),
    }),
  });
