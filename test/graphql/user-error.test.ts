import { graphql } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue, failure } from '../../src/errors.ts';
import { builder } from '../../src/graphql/builder.ts';
import { payloadOf } from '../../src/graphql/user-error.ts';
import { ok, type Result, refused } from '../../src/kernel/result.ts';

interface Thing {
  name: string;
}
const ThingRef = builder.objectRef<Thing>('Thing').implement({ fields: (t) => ({ name: t.exposeString('name') }) });
const ThingPayload = payloadOf('ThingPayload', 'thing', ThingRef);
const PlanPayload = payloadOf('PlanPayload', 'thing', ThingRef, { carriesOut: false });

let result: Result<Thing>;
builder.queryField('ping', (t) => t.string({ access: 'public', resolve: () => 'pong' }));
builder.mutationField('makeThing', (t) => t.field({ type: ThingPayload, access: 'public', resolve: () => result }));

builder.mutationField('planThing', (t) => t.field({ type: PlanPayload, access: 'public', resolve: () => result }));

let noted: (mutation: string) => Promise<unknown>;
let make: (answer: Result<Thing>) => Promise<unknown>;
beforeAll(() => {
  const schema = builder.toSchema();
  make = async (answer) => {
    result = answer;
    const source = 'mutation { makeThing { thing { name } userErrors { code message field } } }';
    const { data, errors } = await graphql({ schema, source, contextValue: {} });
    expect(errors).toBeUndefined();
    return data?.makeThing;
  };
  noted = async (mutation) => {
    result = ok({ name: 'x' });
    const contextValue: { carriedOut?: { made: object }[] } = {};
    const { errors } = await graphql({ schema, source: `mutation { ${mutation} { thing { name } } }`, contextValue });
    expect(errors).toBeUndefined();
    return contextValue.carriedOut?.map(({ made }) => made);
  };
});

describe('the payload of a mutation', () => {
  it('has the value and no errors', async () => {
    expect(await make(ok({ name: 'x' }))).toEqual({ thing: { name: 'x' }, userErrors: [] });
  });

  it('has every reason and no value', async () => {
    const reasons = refused(
      failure('INVALID_INPUT', 'Too short.', 'profile', 'name'),
      failure('OPEN_ORDERS', 'Cancel them first.'),
    );
    expect(await make(reasons)).toEqual({
      thing: null,
      userErrors: [
        { code: 'INVALID_INPUT', message: 'Too short.', field: ['profile', 'name'] },
        { code: 'OPEN_ORDERS', message: 'Cancel them first.', field: null },
      ],
    });
  });

  it('notes what was carried out, unless it only tells what would be', async () => {
    expect(await noted('makeThing')).toEqual([{ name: 'x' }]);
    expect(await noted('planThing')).toBeUndefined();
  });

  it.each(Object.keys(catalogue))('can say %s', async (code) => {
    const type = builder.toSchema().getType('ErrorCode');
    expect(type).toHaveProperty('getValue');
    expect((type as unknown as { getValue(name: string): unknown }).getValue(code)).toBeDefined();
  });
});
