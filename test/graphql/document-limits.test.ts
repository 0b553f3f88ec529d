import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { post, startTestServer, type TestServer } from '../http/harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  // So that no measured request pays for what is compiled once.
  await post(server, '{ hello node { id } __typename }');
  await post(server, '{ nothing }');
});
afterAll(() => server.close());

const many = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join(' ');
const nested = (levels: number): string => `{ node { ${'self { '.repeat(levels)} id ${'} '.repeat(levels)} } }`;
const chain = (links: number, body: (next: string) => string): string =>
  many(links, (i) => `fragment F${i} on Node { ${i + 1 < links ? body(`...F${i + 1}`) : 'id'} }`);

const codes = (answer: Awaited<ReturnType<typeof post>>): string[] =>
  (answer.json.errors ?? []).map((error: { extensions: { code: string } }) => error.extensions.code);

const introspectionQuery = getIntrospectionQuery({
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
});
const introspections = (times: number): string => {
  const [operation = '', ...fragments] = introspectionQuery.split(/(?=fragment )/);
  const selection = operation.slice(operation.indexOf('{') + 1, operation.lastIndexOf('}'));
  return `{ ${many(times, (i) => selection.replace('__schema', `a${i}: __schema`))} } ${fragments.join('')}`;
};

const bombs: [string, string][] = [
  ['too many tokens', `{ ${'hello '.repeat(limits.graphql.tokens)} }`],
  ['too deep', nested(limits.graphql.depth)],
  ['too many aliases', `{ ${many(limits.graphql.aliases + 1, (i) => `a${i}: hello`)} }`],
  ['aliased __typename', `{ ${many(limits.graphql.aliases + 1, (i) => `a${i}: __typename`)} }`],
  [
    'aliases in a fragment that is spread twice',
    `{ node { self { ...F } self { self { ...F } } } } fragment F on Node { ${many(16, (i) => `a${i}: id`)} }`,
  ],
  ['too many directives', `{ hello ${'@include(if: true) '.repeat(limits.graphql.directives + 1)} }`],
  ['directives on variables', `query (${many(31, (i) => `$v${i}: Int @include(if: true)`)}) { hello }`],
  ['too many root fields', `{ ${'hello '.repeat(limits.graphql.rootFields + 1)} }`],
  ['two sign-ins by alias', 'mutation { a: login(password: "1") b: login(password: "2") }'],
  ['two kinds of sign-in', 'mutation { login(password: "1") refresh }'],
  [
    'sign-ins in fragments',
    'mutation { ...A ...B } fragment A on Mutation { login(password: "1") } fragment B on Mutation { ...A refresh }',
  ],
  ['a field repeated', `{ node { ${'self { id } '.repeat(400)} } }`],
  [
    'fragments side by side',
    `{ node { ${many(180, (i) => `...F${i}`)} } } ${many(180, (i) => `fragment F${i} on Node { id }`)}`,
  ],
  [
    'fragments that double at every link',
    `{ node { ...F0 } } ${chain(25, (next) => `self { ${next} } s: self { ${next} }`)}`,
  ],
  ['introspection three times', introspections(3)],
];

describe('a document', () => {
  it.each(bombs)('is refused: %s', async (_name, query) => {
    const answer = await post(server, query, { headers: { accept: 'application/graphql-response+json' } });
    expect(answer.status).toBe(400);
    expect(new Set(codes(answer))).toEqual(new Set(['QUERY_TOO_COMPLEX']));
    expect(answer.json).not.toHaveProperty('data');
  });

  it.each([
    ...bombs,
    [
      'cyclic fragments',
      `{ node { ...F0 } } ${many(30, (i) => `fragment F${i} on Node { self { ...F${(i + 1) % 30} } s: self { ...F${(i + 7) % 30} } }`)}`,
    ],
    ['a cycle of one', '{ node { ...F } } fragment F on Node { self { ...F } }'],
    ['unknown fields', `{ node { ${many(1_900, (i) => `f${i}`)} } }`],
    ['conflicting arguments', `{ node { ${many(60, (i) => `page(first: ${i}) { id }`)} } }`],
  ])('costs less than 50 ms of CPU to refuse: %s', async (_name, query) => {
    const answers: number[] = [];
    // The best of three: the machine may have been busy with something else.
    for (const round of [1, 2, 3]) {
      const before = process.cpuUsage();
      const answer = await post(server, `${query} #${round}`);
      const { user, system } = process.cpuUsage(before);
      expect(codes(answer).length).toBeGreaterThan(0);
      expect(codes(answer).length).toBeLessThanOrEqual(limits.graphql.errors + 1);
      answers.push((user + system) / 1000);
    }
    expect(Math.min(...answers)).toBeLessThan(50);
  });

  it('may go as far as the limits', async () => {
    expect((await post(server, nested(limits.graphql.depth - 2))).json.errors).toBeUndefined();
    const aliases = `{ ${many(limits.graphql.rootFields, (i) => `a${i}: hello`)} }`;
    expect((await post(server, aliases)).json.errors).toBeUndefined();
    expect((await post(server, 'mutation { login(password: "1") replay }')).json.errors).toBeUndefined();
  });

  it('may be what GraphiQL and code generators ask', async () => {
    const answer = await post(server, introspectionQuery);
    expect(answer.json.errors).toBeUndefined();
    expect(answer.json.data.__schema.types.length).toBeGreaterThan(10);
  });

  it('may ask that twice at once', async () => {
    expect((await post(server, introspections(2))).json.errors).toBeUndefined();
  });

  it('of many operations counts by the largest', async () => {
    const operations = many(30, (i) => `query Q${i} { hello }`);
    expect((await post(server, operations, { operationName: 'Q7' })).json.data).toEqual({ hello: 'world' });
  });
});

describe('the cost of an operation', () => {
  const pages = (first: string, variables = '') =>
    `query Pages ${variables} { node { page(first: ${first}) { page(first: 100) { id } } } }`;

  it('multiplies the fields of a list by its page size', async () => {
    const answer = await post(server, pages('100'), { headers: { accept: 'application/graphql-response+json' } });
    expect(answer.status).toBe(400);
    expect(codes(answer)).toEqual(['QUERY_TOO_COMPLEX']);
    expect((await post(server, pages('10'))).json.errors).toBeUndefined();
  });

  it('sees page sizes in variables', async () => {
    expect(codes(await post(server, pages('$first', '($first: Int)'), { variables: { first: 100 } }))).toEqual([
      'QUERY_TOO_COMPLEX',
    ]);
    expect(
      (await post(server, pages('$first', '($first: Int)'), { variables: { first: 10 } })).json.errors,
    ).toBeUndefined();
  });

  it('sees page sizes that variables have by default', async () => {
    expect(codes(await post(server, pages('$first', '($first: Int = 100)')))).toEqual(['QUERY_TOO_COMPLEX']);
    expect((await post(server, pages('$first', '($first: Int = 10)'))).json.errors).toBeUndefined();
  });

  it('is that of the operation that runs, not of its neighbours', async () => {
    const query = `query Cheap { hello } ${pages('100')}`;
    expect((await post(server, query, { operationName: 'Cheap' })).json.data).toEqual({ hello: 'world' });
    expect(codes(await post(server, query, { operationName: 'Pages' }))).toEqual(['QUERY_TOO_COMPLEX']);
  });
});
