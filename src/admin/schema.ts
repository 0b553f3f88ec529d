import { actorOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import {
  connectionArgs,
  connectionComplexity,
  connectionOf,
  pageRequest,
  toConnection,
} from '../graphql/connection.ts';
import { payloadOf } from '../graphql/user-error.ts';
import { RoleEnum, UserRef, UserStatusEnum } from '../identity/schema.ts';

const UserPayload = payloadOf('UserPayload', 'user', UserRef);

const UserFilter = builder.inputType('UserFilter', {
  description: 'All that is given must fit.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the username or of the e-mail address, regardless of case.' }),
    role: t.field({ type: RoleEnum }),
    status: t.field({ type: UserStatusEnum }),
  }),
});

builder.queryFields((t) => ({
  users: t.field({
    type: connectionOf('User', UserRef),
    access: { permission: 'users:read' },
    description: 'All users, the newest first.',
    args: { ...connectionArgs(t), filter: t.arg({ type: UserFilter }) },
    complexity: connectionComplexity,
    resolve: async (_, { filter, ...args }, context) => {
      const request = pageRequest(args);
      return toConnection(await context.services.admin.users(actorOf(context), filter ?? {}, request), request);
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

const SetUserRolesInput = builder.inputType('SetUserRolesInput', {
  fields: (t) => ({
    userId: t.id({ required: true }),
    roles: t.field({ type: [RoleEnum], required: true, description: 'All that the user shall have; at least one.' }),
  }),
});

const SuspendUserInput = builder.inputType('SuspendUserInput', {
  fields: (t) => ({
    userId: t.id({ required: true }),
    reason: t.string({ required: true, description: 'For the audit log; up to 256 characters on one line.' }),
  }),
});

const ReinstateUserInput = builder.inputType('ReinstateUserInput', {
  fields: (t) => ({ userId: t.id({ required: true }) }),
});

builder.mutationFields((t) => ({
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
    args: { input: t.arg({ type: SuspendUserInput, required: true }) },
    resolve: (_, { input }, context) => context.services.admin.suspendUser(actorOf(context), input),
  }),
  reinstateUser: t.field({
    type: UserPayload,
    access: { permission: 'users:suspend' },
    description: 'Lets a suspended user sign in again. Code: NOT_FOUND.',
    args: { input: t.arg({ type: ReinstateUserInput, required: true }) },
    resolve: (_, { input }, context) => context.services.admin.reinstateUser(actorOf(context), input),
  }),
}));
