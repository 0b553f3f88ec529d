import {
  GraphQLInterfaceType,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  graphql,
  parse,
  subscribe,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Access } from '../../src/graphql/access.ts';
import { accessLevels, guardRootFields } from '../../src/graphql/rules.ts';
import { schema } from '../../src/graphql/schema.ts';
import { testSchema } from './test-schema.ts';
import { testViewer } from './test-viewers.ts';

const context = (...roles: Parameters<typeof testViewer>) => ({
  viewer: roles.length === 0 ? null : testViewer(...roles),
  tokenProblem: null,
});
const ask = async (source: string, contextValue: object) => {
  const { data, errors } = await graphql({ schema: guardRootFields(testSchema()), source, contextValue });
  return { data, refusals: (errors ?? []).map(({ originalError }) => originalError as unknown as { code: string }) };
};

const unregistered = (type: 'Query' | 'Mutation' | 'Subscription'): GraphQLSchema => {
  const root = (name: string) =>
    new GraphQLObjectType({
      name,
      fields: { field: { type: GraphQLString, ...(name !== type && { extensions: { access: 'public' } }) } },
    });
  return new GraphQLSchema({ query: root('Query'), mutation: root('Mutation'), subscription: root('Subscription') });
};

describe('the rule tree', () => {
  it('lets everybody at public fields', async () => {
    expect(await ask('{ hello }', context())).toEqual({ data: { hello: 'world' }, refusals: [] });
  });

  it('keeps others than signed-in users from their fields, and answers the public ones beside them', async () => {
    const { data, refusals } = await ask('{ hello me }', context());
    expect(data).toEqual({ hello: 'world', me: null });
    expect(refusals).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
    expect((await ask('{ me }', context('USER'))).data).toEqual({ me: 'ada' });
  });

  it.each(['EXPIRED', 'MALFORMED', 'REVOKED'])('says that a token is %s', async (tokenProblem) => {
    const { refusals } = await ask('{ me }', { viewer: null, tokenProblem });
    expect(refusals).toMatchObject([{ code: 'UNAUTHENTICATED', details: { reason: tokenProblem } }]);
  });

  it('asks for the permission by name', async () => {
    expect((await ask('{ users }', context('SUPPORT'))).data).toEqual({ users: 'everyone' });
    expect((await ask('{ users }', context('USER'))).refusals).toMatchObject([
      {
        code: 'FORBIDDEN',
        message: 'This needs the permission "users:read".',
        details: { permission: 'users:read' },
      },
    ]);
    expect((await ask('{ users }', context())).refusals).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
  });

  it('guards aliases and fragments like the field itself', async () => {
    const { data } = await ask('{ a: me ...F } fragment F on Query { b: users }', context());
    expect(data).toEqual({ a: null, b: null });
  });

  it('runs nothing of a mutation that it refuses', async () => {
    const effects = { begun: [], done: [] as string[] };
    const guarded = guardRootFields(testSchema(effects));
    const source = 'mutation { touch }';
    await graphql({ schema: guarded, source, contextValue: context() });
    expect(effects.done).toEqual([]);
    await graphql({ schema: guarded, source, contextValue: context('USER') });
    expect(effects.done).toEqual(['touch']);
  });

  it('guards the start of a subscription', async () => {
    const document = parse('subscription { ticks }');
    const guarded = guardRootFields(testSchema());
    const refused = await subscribe({ schema: guarded, document, contextValue: context() });
    expect(refused).toMatchObject({ errors: [{ originalError: { code: 'UNAUTHENTICATED' } }] });
    const stream = await subscribe({ schema: guarded, document, contextValue: context('USER') });
    expect(Symbol.asyncIterator in stream).toBe(true);
  });

  it('throws what it refuses, so that no caller can take the refusal for an answer', async () => {
    const { users } = guardRootFields(testSchema()).getQueryType()!.getFields();
    const resolve = users!.resolve as (...call: unknown[]) => Promise<unknown>;
    await expect(resolve(undefined, {}, context(), { fieldName: 'users' })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  it('leaves every type in the schema, and to fields without a resolver their property', async () => {
    const Thing = new GraphQLInterfaceType({ name: 'Thing', fields: { id: { type: GraphQLString } } });
    const stone = { name: 'Stone', interfaces: [Thing], fields: { id: { type: GraphQLString } } };
    const open = new GraphQLSchema({
      query: new GraphQLObjectType({
        name: 'Query',
        fields: {
          thing: { type: Thing, extensions: { access: 'public' } },
          word: { type: GraphQLString, extensions: { access: 'public' } },
        },
      }),
      types: [new GraphQLObjectType(stone)],
    });
    const guarded = guardRootFields(open);
    expect(Object.keys(guarded.getTypeMap()).sort()).toEqual(Object.keys(open.getTypeMap()).sort());
    const rootValue = { word: 'said', thing: { __typename: 'Stone', id: 's' } };
    const { data } = await graphql({
      schema: guarded,
      source: '{ word thing { id } }',
      rootValue,
      contextValue: context(),
    });
    expect(data).toEqual({ word: 'said', thing: { id: 's' } });
  });

  it('leaves the schema it was given as it is', async () => {
    const open = testSchema();
    guardRootFields(open);
    const { data } = await graphql({ schema: open, source: '{ users }', contextValue: context() });
    expect(data).toEqual({ users: 'everyone' });
  });

  it.each(['Query', 'Mutation', 'Subscription'] as const)('stops the start over a %s field without access', (type) => {
    expect(() => guardRootFields(unregistered(type))).toThrow(`${type}.field has no access level`);
  });
});

const nameOf = (access: Access) => (typeof access === 'string' ? access : access.permission);

/** Who may use what. A change here is a change of what the API gives away: make it on purpose. */
const expected = `
Mutation.addUserRole           users:roles
Mutation.bustTrade             ledger:operate
Mutation.cancelAllAfter        signedIn
Mutation.cancelAllOrders       signedIn
Mutation.cancelOrder           signedIn
Mutation.changePassword        signedIn
Mutation.closeUser             users:manage
Mutation.confirmSecondFactor   enrolling
Mutation.correctTrade          ledger:operate
Mutation.createUser            users:manage
Mutation.deleteAccount         signedIn
Mutation.deposit               signedIn
Mutation.enrolSecondFactor     enrolling
Mutation.haltInstrument        market:operate
Mutation.isolateCircuit        circuits:operate
Mutation.login                 public
Mutation.logout                enrolling
Mutation.logoutEverywhere      signedIn
Mutation.placeOrder            signedIn
Mutation.placeOrderList        signedIn
Mutation.placeOrders           signedIn
Mutation.previewOrder          signedIn
Mutation.refresh               public
Mutation.register              public
Mutation.reinstateUser         users:suspend
Mutation.removeSecondFactor    signedIn
Mutation.removeUserRole        users:roles
Mutation.renewRecoveryCodes    signedIn
Mutation.replaceOrder          signedIn
Mutation.requestPasswordReset  public
Mutation.resetCircuit          circuits:operate
Mutation.resetPassword         public
Mutation.resetSecondFactor     users:manage
Mutation.resumeInstrument      market:operate
Mutation.reverseTransfer       ledger:operate
Mutation.sendPasswordReset     users:manage
Mutation.setAccountLimits      market:operate
Mutation.setKillSwitch         market:operate
Mutation.setMarketHours        market:operate
Mutation.setUserRoles          users:roles
Mutation.suspendUser           users:suspend
Mutation.updateLogin           signedIn
Mutation.updateProfile         signedIn
Mutation.updateUser            users:manage
Mutation.withdraw              signedIn
Query.account                  signedIn
Query.accounts                 signedIn
Query.auditLog                 audit:read
Query.balances                 signedIn
Query.books                    ledger:read
Query.chartOfAccounts          ledger:read
Query.circuit                  circuits:operate
Query.circuits                 circuits:operate
Query.instrument               public
Query.instruments              public
Query.journal                  signedIn
Query.killSwitches             market:operate
Query.marketStatus             public
Query.me                       enrolling
Query.order                    signedIn
Query.orders                   signedIn
Query.portfolioHistory         signedIn
Query.positions                signedIn
Query.profile                  signedIn
Query.quote                    public
Query.rateLimit                public
Query.roles                    users:read
Query.statement                signedIn
Query.user                     users:read
Query.users                    users:read
`;

describe('the schema', () => {
  it('can be guarded: fields that need the same permission share its rule', () => {
    expect(guardRootFields(schema).getQueryType()?.name).toBe('Query');
  });

  it('gives each root field the access that is written down here', () => {
    const lines = [...accessLevels(schema)].map(([field, access]) => `${field.padEnd(30)} ${nameOf(access)}`);
    expect(`\n${lines.sort().join('\n')}\n`).toBe(expected);
  });
});
