import { UserStatus } from '../database/generated/enums.ts';
import { enrolleeOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { payloadOf } from '../graphql/user-error.ts';
import { detailsOf } from './schema-details.ts';
import type { User } from './users/user.ts';
import { descriptionOf, Role } from './viewer/permissions.ts';

export const RoleEnum = builder.enumType('Role', {
  description: 'What a person is here. A user may have several; each adds permissions.',
  values: {
    USER: { value: Role.USER, description: descriptionOf.USER },
    SUPPORT: { value: Role.SUPPORT, description: descriptionOf.SUPPORT },
    AUDITOR: { value: Role.AUDITOR, description: descriptionOf.AUDITOR },
    ADMIN: { value: Role.ADMIN, description: descriptionOf.ADMIN },
  },
});

export const UserStatusEnum = builder.enumType('UserStatus', {
  values: {
    ACTIVE: { value: UserStatus.ACTIVE },
    SUSPENDED: { value: UserStatus.SUSPENDED, description: 'Kept out by an operator; can be reinstated.' },
    CLOSED: { value: UserStatus.CLOSED, description: 'Deleted by the user: the name is gone, the books stay.' },
  },
});

export const UserRef = builder.objectRef<User>('User').implement({
  description: 'Somebody who can sign in, or could.',
  fields: (t) => ({
    id: t.exposeID('id'),
    number: t.exposeInt('number', { description: 'A short id for clients that expect an integer; never given twice.' }),
    username: t.exposeString('username'),
    email: t.expose('email', { type: 'EmailAddress' }),
    roles: t.field({ type: [RoleEnum], resolve: ({ roles }) => [...roles] }),
    status: t.field({ type: UserStatusEnum, resolve: ({ status }) => status }),
    isAdmin: t.boolean({ description: 'Has the role ADMIN.', resolve: ({ roles }) => roles.includes(Role.ADMIN) }),
    isActive: t.boolean({ description: '`status` is ACTIVE.', resolve: ({ status }) => status === 'ACTIVE' }),
    displayName: t.string({
      nullable: true,
      description: 'What the user wants to be called; seen by the user and by staff.',
      resolve: async (user, _, context) => (await detailsOf(user, context)).displayName,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    updatedAt: t.field({
      type: 'DateTime',
      description: 'When the names, the roles, the status or the password last changed.',
      resolve: async (user, _, context) => (await detailsOf(user, context)).updatedAt,
    }),
    lastSignInAt: t.field({
      type: 'DateTime',
      nullable: true,
      resolve: async (user, _, context) => (await detailsOf(user, context)).lastSignInAt,
    }),
  }),
});

export const UserPayload = payloadOf('UserPayload', 'user', UserRef);

builder.queryFields((t) => ({
  me: t.field({
    type: UserRef,
    access: 'enrolling',
    description: 'The signed-in user.',
    resolve: (_, __, context) => enrolleeOf(context),
  }),
}));
