import { randomUUID } from 'node:crypto';
import { graphql } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import '../../src/admin/schema.ts';
import '../../src/audit/schema.ts';
import '../../src/graphql/scalars.ts';
import '../../src/identity/schema.ts';
import '../../src/profile/schema.ts';
import type { Services } from '../../src/app/services.ts';
import { builder } from '../../src/graphql/builder.ts';
import type { GraphContext } from '../../src/graphql/context.ts';
import type { Viewer } from '../../src/identity/viewer/viewer.ts';
import { PASSWORD, type People, people } from '../support/people.ts';

let world: People;
const schema = builder.toSchema();
beforeAll(async () => {
  world = await people();
});
afterAll(() => world.close());

const contextOf = (viewer: Viewer | null, services: Partial<Services> = world): GraphContext =>
  ({
    requestId: randomUUID(),
    viewer,
    tokenProblem: null,
    address: '192.0.2.1',
    meter: undefined,
    cost: 0,
    idempotencyKey: null,
    idempotencyReplayed: false,
    dependencies: null,
    carriedOut: null,
    nothingThere: null,
    services: services as Services,
    clock: world.clock,
  }) as GraphContext;

const run = async (source: string, variableValues: Record<string, unknown> = {}, viewer: Viewer | null = null) => {
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue: contextOf(viewer) });
  if (errors !== undefined) throw errors[0];
  return JSON.parse(JSON.stringify(data));
};

const user = '{ id number username email roles status isAdmin isActive createdAt }';

describe('the fields of identity and administration', () => {
  test('sign up, sign in, refresh and sign out', async () => {
    const input = { username: 'graph', email: 'graph@example.com', password: PASSWORD };
    const session = `{ session { accessToken refreshToken tokenType expiresIn user ${user} } userErrors { code field } }`;
    const { register } = await run(`mutation ($input: RegisterInput!) { register(input: $input) ${session} }`, {
      input,
    });
    expect(register).toMatchObject({
      session: {
        tokenType: 'Bearer',
        expiresIn: 1800,
        user: { username: 'graph', roles: ['USER'], status: 'ACTIVE', isAdmin: false, isActive: true },
      },
      userErrors: [],
    });
    const { login } = await run(`mutation ($input: LoginInput!) { login(input: $input) ${session} }`, {
      input: { email: input.email, password: 'wrong' },
    });
    expect(login).toEqual({ session: null, userErrors: [{ code: 'INVALID_CREDENTIALS', field: null }] });
    const { refresh } = await run(`mutation ($input: RefreshInput!) { refresh(input: $input) ${session} }`, {
      input: { refreshToken: register.session.refreshToken },
    });
    const viewer = await world.viewerOf(refresh.session);
    expect(await run('mutation { logout { success userErrors { code } } }', {}, viewer)).toEqual({
      logout: { success: true, userErrors: [] },
    });
    expect(await world.identity.authenticate(refresh.session.accessToken)).toEqual({ problem: 'REVOKED' });
  });

  test('answer `me` from the viewer alone', async () => {
    const { viewer } = await world.person(['ADMIN', 'USER']);
    const contextValue = contextOf(viewer, {});
    const { data, errors } = await graphql({ schema, source: `{ me ${user} }`, contextValue });
    expect(errors).toBeUndefined();
    expect(data?.me).toMatchObject({ id: viewer.id, number: viewer.number, isAdmin: true, isActive: true });
  });

  test('show and change the profile', async () => {
    const { viewer, username, email } = await world.person();
    const fields = '{ id username email displayName locale timeZone updatedAt user { id } }';
    const mutation = `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { profile ${fields} userErrors { field } } }`;
    const { updateProfile } = await run(mutation, { input: { displayName: 'Graph', locale: 'en' } }, viewer);
    expect(updateProfile).toMatchObject({
      profile: { id: viewer.id, username, email, displayName: 'Graph' },
      userErrors: [],
    });
    await run(mutation, { input: { locale: null } }, viewer);
    const { profile } = await run(`{ profile ${fields} }`, {}, viewer);
    expect(profile).toMatchObject({ displayName: 'Graph', locale: null, timeZone: null, user: { id: viewer.id } });
  });

  test('list users and the audit log', async () => {
    const { viewer } = await world.person(['ADMIN']);
    const { users } = await run(
      `{ users(first: 1) { edges { cursor node ${user} } pageInfo { hasNextPage } } }`,
      {},
      viewer,
    );
    expect(users).toMatchObject({ edges: [{ node: { id: viewer.id } }], pageInfo: { hasNextPage: true } });
    const entry = '{ id createdAt actor { id } action target requestId outcome details }';
    const query = `query ($filter: AuditFilter) { auditLog(last: 5, filter: $filter) { edges { node ${entry} } } }`;
    const { auditLog } = await run(query, { filter: { actorId: viewer.id } }, viewer);
    expect(auditLog.edges).toMatchObject([
      { node: { action: 'users', actor: { id: viewer.id }, target: null, outcome: 'OK' } },
      { node: { action: 'register', actor: { id: viewer.id }, target: viewer.id, outcome: 'OK', details: '{}' } },
    ]);
    expect(await run('{ user(id: "nobody") { id } }', {}, viewer)).toEqual({ user: null });
  });

  test('leave a line when staff see the names of customers in the audit log, one a page', async () => {
    const [auditor, admin] = [await world.person(['AUDITOR']), await world.person(['ADMIN'])];
    await world.person();
    const ask = (viewer: Viewer, actor: string, filter: object = {}) =>
      run(
        `query ($filter: AuditFilter) { auditLog(first: 20, filter: $filter) { edges { node { action ${actor} } } } }`,
        { filter },
        viewer,
      );
    const noted = async () =>
      (await ask(admin.viewer, 'target actor { id }', { actorId: auditor.id, action: 'auditLog' })).auditLog.edges;
    await ask(auditor.viewer, 'actor { id __typename }');
    await ask(auditor.viewer, 'actor { email username }', { actorId: auditor.id });
    expect(await noted()).toEqual([]);
    await ask(auditor.viewer, 'actor { id email }');
    expect(await noted()).toEqual([{ node: { action: 'auditLog', target: null, actor: { id: auditor.id } } }]);
    await ask(auditor.viewer, 'actor { ...on User { username } }');
    expect(await noted()).toHaveLength(2);
  });

  test('give roles, suspend and reinstate', async () => {
    const [admin, person] = [await world.person(['ADMIN']), await world.person()];
    const change = async (field: string, type: string, input: object) =>
      (
        await run(
          `mutation ($input: ${type}!) { ${field}(input: $input) { user { roles status } userErrors { code } } }`,
          { input: { userId: person.id, ...input } },
          admin.viewer,
        )
      )[field];
    expect(await change('setUserRoles', 'SetUserRolesInput', { roles: ['AUDITOR'] })).toMatchObject({
      user: { roles: ['AUDITOR'] },
    });
    expect(await change('suspendUser', 'SuspendUserInput', { reason: 'test' })).toMatchObject({
      user: { status: 'SUSPENDED' },
    });
    expect(await change('suspendUser', 'SuspendUserInput', { reason: '' })).toMatchObject({
      user: null,
      userErrors: [{ code: 'INVALID_INPUT' }],
    });
    expect(await change('reinstateUser', 'ReinstateUserInput', {})).toMatchObject({ user: { status: 'ACTIVE' } });
  });

  test('change the password and delete the account', async () => {
    const { viewer } = await world.person();
    const newPassword = 'another-Kettle-of-fish';
    const { changePassword } = await run(
      'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { session { accessToken } userErrors { code } } }',
      { input: { currentPassword: PASSWORD, newPassword } },
      viewer,
    );
    const fresh = await world.viewerOf(changePassword.session);
    expect(
      await run(
        'mutation ($input: DeleteAccountInput!) { deleteAccount(input: $input) { success userErrors { code } } }',
        { input: { password: newPassword } },
        fresh,
      ),
    ).toEqual({ deleteAccount: { success: true, userErrors: [] } });
  });
});
