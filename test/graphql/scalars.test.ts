import { type ExecutionResult, graphql } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { builder } from '../../src/graphql/builder.ts';
import '../../src/graphql/scalars.ts';

const Input = builder.inputType('EchoInput', {
  fields: (t) => ({
    qty: t.field({ type: 'Decimal' }),
    at: t.field({ type: 'DateTime' }),
    email: t.field({ type: 'EmailAddress' }),
  }),
});
builder.queryField('echo', (t) =>
  t.stringList({
    access: 'public',
    args: { input: t.arg({ type: Input, required: true }) },
    resolve: (_, { input }) => [input.qty ?? '', input.at?.toISOString() ?? '', input.email ?? ''],
  }),
);
builder.queryField('broken', (t) =>
  t.field({ type: 'Decimal', access: 'public', resolve: () => 0.1 as unknown as string }),
);
builder.mutationField('touch', (t) => t.string({ access: 'public', resolve: () => 'done' }));

let ask: (input: Record<string, unknown>) => Promise<ExecutionResult>;
let askLiteral: (literal: string) => Promise<ExecutionResult>;

beforeAll(() => {
  const schema = builder.toSchema();
  ask = (input) =>
    graphql({
      schema,
      source: 'query ($input: EchoInput!) { echo(input: $input) }',
      variableValues: { input },
      contextValue: {},
    });
  askLiteral = (literal) => graphql({ schema, source: `{ echo(input: { ${literal} }) }`, contextValue: {} });
});

const messages = (result: ExecutionResult) => (result.errors ?? []).map((error) => error.message);

describe('Decimal', () => {
  it.each(['0', '12.50', '-3', '0.000000000000000001', '9223372036854775807'])('takes %s', async (qty) => {
    expect((await ask({ qty })).data?.echo).toEqual([qty, '', '']);
  });

  it.each([1, 1.5, '1e3', 'NaN', 'Infinity', '+1', '01', '.5', '5.', ' 1', '', '1,5', true, '0x10', '9'.repeat(65)])(
    'refuses %j, naming the path and what is expected',
    async (qty) => {
      const [message] = messages(await ask({ qty }));
      expect(message).toContain('at "input.qty"');
      expect(message).toContain('must be a string such as "12.50"');
    },
  );

  it.each(['qty: 1.5', 'qty: "1e3"', 'qty: true'])('refuses the literal %s with its code', async (literal) => {
    const { errors } = await askLiteral(literal);
    expect(errors?.[0]?.message).toContain('must be a string such as "12.50"');
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(errors?.[0]?.locations).toHaveLength(1);
  });

  it('never puts a number on the wire', async () => {
    const result = await graphql({ schema: builder.toSchema(), source: '{ broken }', contextValue: {} });
    expect(messages(result)[0]).toContain('not a decimal string');
  });
});

describe('DateTime', () => {
  it.each([
    ['2026-01-31T09:30:00Z', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31T09:30:00.123456+02:00', '2026-01-31T07:30:00.123Z'],
    ['2028-02-29t23:59:59z', '2028-02-29T23:59:59.000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('reads %s as %s', async (at, expected) => {
    expect((await ask({ at })).data?.echo).toEqual(['', expected, '']);
  });

  it.each([
    '2026-01-31T09:30:00',
    '2026-01-31',
    '2026-02-30T00:00:00Z',
    '0000-06-01T00:00:00Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-01:00',
    '9999-12-31T23:59:00-00:01',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T09:30:00.1234567Z',
    '2026-01-31T09:30:00+25:00',
    1_769_851_800_000,
    'yesterday',
  ])('refuses %j', async (at) => {
    expect(messages(await ask({ at }))[0]).toMatch(/at "input\.at".*must be RFC 3339/s);
  });
});

describe('EmailAddress', () => {
  it('keeps the spelling', async () => {
    expect((await ask({ email: 'Ada.L@Example.com' })).data?.echo).toEqual(['', '', 'Ada.L@Example.com']);
  });

  it.each(['ada', 'ada@', '@example.com', 'a b@example.com', 5, `${'a'.repeat(260)}@example.com`])(
    'refuses %j',
    async (email) => {
      expect(messages(await ask({ email }))[0]).toMatch(/at "input\.email".*must look like/s);
    },
  );
});
