import { RefusedError } from '../errors.ts';
import { actorOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import {
  type Connection,
  connectionArgs,
  connectionComplexity,
  connectionOf,
  pageRequest,
  toConnection,
} from '../graphql/connection.ts';
import { descriptionOf, permissionsOf, Role } from '../identity/permissions.ts';
import { RoleEnum, UserPayload, UserRef, UserStatusEnum } from '../identity/schema.ts';
import type { User } from '../identity/user.ts';
import { limits } from '../limits.ts';

const UserFilter = builder.inputType('UserFilter', {
  description: 'All that is given must fit.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the username or of the e-mail address, regardless of case.' }),
    role: t.field({ type: RoleEnum }),
    status: t.field({ type: UserStatusEnum }),
  }),
});

/** Counted only where it is asked for. */
type Users = Connection<User> & { count: () => Promise<number> };

const UserConnection = connectionOf('User', UserRef);
builder.objectField(UserConnection, 'totalCount', (t) =>
  t.int({ description: 'How many users fit the filter, on all pages.', resolve: (users) => (users as Users).count() }),
);

const RoleInfo = builder.objectRef<Role>('RoleInfo').implement({
  description: 'A role, and what it may do beyond one’s own things.',
  fields: (t) => ({
    role: t.field({ type: RoleEnum, resolve: (role) => role }),
    description: t.string({ resolve: (role) => descriptionOf[role] }),
    permissions: t.stringList({ resolve: (role) => [...permissionsOf[role]] }),
  }),
});

const readSkip = (skip: number, backward: boolean): number => {
  if (skip < 0 || skip > limits.page.skip)
    throw new RefusedError('BAD_USER_INPUT', `Argument "skip" must be between 0 and ${limits.page.skip}.`);
  if (skip > 0 && backward) throw new RefusedError('BAD_USER_INPUT', 'Argument "skip" goes with "first".');
  return skip;
};

builder.queryFields((t) => ({
  roles: t.field({
    type: [RoleInfo],
    access: { permission: 'users:read' },
    description: 'Every role there is.',
    resolve: () => Object.values(Role),
  }),
  users: t.field({
    type: UserConnection,
    access: { permission: 'users:read' },
    description: 'All users, the newest first.',
    args: {
      ...connectionArgs(t),
      filter: t.arg({ type: UserFilter }),
      skip: t.arg.int({
        description: `Rows to pass over before the page, up to ${limits.page.skip}, for clients with numbered pages; goes with \`first\`. Cursors cost less.`,
      }),
    },
    complexity: connectionComplexity,
    resolve: async (_, { filter, skip, ...args }, context) => {
      const request = pageRequest(args);
      const skipped = readSkip(skip ?? 0, request.backward);
      const { admin } = context.services;
      const page = await admin.users(actorOf(context), filter ?? {}, { ...request, skip: skipped });
      const users: Users = { ...toConnection(page, request), count: () => admin.countUsers(filter ?? {}) };
      if (skipped > 0) users.pageInfo.hasPreviousPage = true;
      return users;
    },
  }),
  user: t.field({
    type: UserRef,
    nullable: true,
    access: { permission: 'users:read' },
    description: 'One user; null when nobody has the id.',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_, { id }, context) => context.services.admin.user(actorOf(context), id),
  }),
}));

const CreateUserInput = builder.inputType('CreateUserInput', {
  description: 'The rules are those of `register`.',
  fields: (t) => ({
    username: t.string({ required: true }),
    email: t.string({ required: true }),
    password: t.string({ required: true, description: 'Tell it to the user, who changes it with `changePassword`.' }),
    displayName: t.string({ description: '1 to 100 characters.' }),
  }),
});

const UpdateUserInput = builder.inputType('UpdateUserInput', {
  description: 'What is absent stays.',
  fields: (t) => ({
    userId: t.id({ required: true }),
    username: t.string(),
    email: t.string(),
    displayName: t.string({ description: '1 to 100 characters; null clears it.' }),
  }),
});

const CloseUserInput = builder.inputType('CloseUserInput', {
  fields: (t) => ({
    userId: t.id({ required: true }),
    reason: t.string({ description: 'For the audit log; up to 256 characters on one line.' }),
  }),
});

const roleInput = (name: string) =>
  builder.inputType(name, {
    fields: (t) => ({ userId: t.id({ required: true }), role: t.field({ type: RoleEnum, required: true }) }),
  });

const SetUserRolesInput = builder.inputType('SetUserRolesInput', {
  fields: (t) => ({
    userId: t.id({ required: true }),
    roles: t.field({ type: [RoleEnum], required: true, description: 'All that the user shall have; at least one.' }),
  }),
});

const reasonInput = (name: string) =>
  builder.inputType(name, {
    fields: (t) => ({
      userId: t.id({ required: true }),
      reason: t.string({ required: true, description: 'For the audit log; up to 256 characters on one line.' }),
    }),
  });

const ReinstateUserInput = builder.inputType('ReinstateUserInput', {
  fields: (t) => ({ userId: t.id({ required: true }) }),
});

builder.mutationFields((t) => ({
  createUser: t.field({
    type: UserPayload,
    access: { permission: 'users:manage' },
    oneADocument: true,
    description:
      'Makes a user with the role USER, a profile and an empty USD account. Codes: INVALID_INPUT, PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG, PASSWORD_TOO_COMMON, EMAIL_TAKEN, USERNAME_TAKEN; all that apply at once.',
    args: { input: t.arg({ type: CreateUserInput, required: true }) },
    resolve: (_, { input }, context) => context.services.admin.createUser(actorOf(context), input),
  }),
  updateUser: t.field({
    type: UserPayload,
    access: { permission: 'users:manage' },
    description:
      'Changes what a user is called; sessions go on. Codes: INVALID_INPUT, NOT_FOUND, EMAIL_TAKEN, USERNAME_TAKEN.',
    args: { input: t.arg({ type: UpdateUserInput, required: true }) },
    resolve: (_, { input }, context) => context.services.admin.updateUser(actorOf(context), input),
  }),
  closeUser: t.field({
    type: UserPayload,
    access: { permission: 'users:manage' },
    description:
      'Closes a login for good, as `deleteAccount` does for oneself: names, address and profile are removed, the books stay under the user’s number. Codes: INVALID_INPUT, NOT_FOUND, OPEN_ORDERS, LAST_ADMIN.',
    args: { input: t.arg({ type: CloseUserInput, required: true }) },
    resolve: (_, { input }, context) => context.services.admin.closeUser(actorOf(context), input),
  }),
  addUserRole: t.field({
    type: UserPayload,
    access: { permission: 'users:roles' },
    description: 'Gives a user one more role; nothing changes for a user who has it. Code: NOT_FOUND.',
    args: { input: t.arg({ type: roleInput('AddUserRoleInput'), required: true }) },
    resolve: (_, { input }, context) => context.services.admin.addUserRole(actorOf(context), input),
  }),
  removeUserRole: t.field({
    type: UserPayload,
    access: { permission: 'users:roles' },
    description:
      'Takes one role from a user. Codes: INVALID_INPUT for the only one, NOT_FOUND for one that the user does not have, LAST_ADMIN.',
    args: { input: t.arg({ type: roleInput('RemoveUserRoleInput'), required: true }) },
    resolve: (_, { input }, context) => context.services.admin.removeUserRole(actorOf(context), input),
  }),
  setUserRoles: t.field({
    type: UserPayload,
    access: { permission: 'users:roles' },
    description: 'Gives a user exactly these roles, at once. Codes: INVALID_INPUT, NOT_FOUND, LAST_ADMIN.',
    args: { input: t.arg({ type: SetUserRolesInput, required: true }) },
    resolve: (_, { input }, context) => context.services.admin.setUserRoles(actorOf(context), input),
  }),
  suspendUser: t.field({
    type: UserPayload,
    access: { permission: 'users:suspend' },
    description:
      'Keeps a user out and ends all sessions. Users with more than the role USER can be suspended only by those who may give roles. Codes: INVALID_INPUT, NOT_FOUND, LAST_ADMIN.',
    args: { input: t.arg({ type: reasonInput('SuspendUserInput'), required: true }) },
    resolve: (_, { input }, context) => context.services.admin.suspendUser(actorOf(context), input),
  }),
  resetSecondFactor: t.field({
    type: UserPayload,
    access: { permission: 'users:manage' },
    description:
      'Takes away the second factor of a user who has lost it, with its recovery codes, and ends all sessions; not one’s own. See first that it is the user who asks. Codes: INVALID_INPUT, NOT_FOUND, NO_SECOND_FACTOR.',
    args: { input: t.arg({ type: reasonInput('ResetSecondFactorInput'), required: true }) },
    resolve: (_, { input }, context) => context.services.admin.resetSecondFactor(actorOf(context), input),
  }),
  sendPasswordReset: t.field({
    type: UserPayload,
    access: { permission: 'users:manage' },
    description:
      'Sends a user the mail that `requestPasswordReset` sends; the link is shown to nobody else, and the password stays until it is used. Codes: INVALID_INPUT, NOT_FOUND, USER_SUSPENDED, NOT_SUPPORTED on a server that sends no mail.',
    args: { input: t.arg({ type: reasonInput('SendPasswordResetInput'), required: true }) },
    resolve: (_, { input }, context) => context.services.admin.sendPasswordReset(actorOf(context), input),
  }),
  reinstateUser: t.field({
    type: UserPayload,
    access: { permission: 'users:suspend' },
    description: 'Lets a suspended user sign in again. Code: NOT_FOUND.',
    args: { input: t.arg({ type: ReinstateUserInput, required: true }) },
    resolve: (_, { input }, context) => context.services.admin.reinstateUser(actorOf(context), input),
  }),
}));
