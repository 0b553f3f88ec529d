import { actorOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { RoleEnum, UserPayload } from '../identity/schema-user.ts';
import { descriptionOf, permissionsOf, Role } from '../identity/viewer/permissions.ts';

const RoleInfo = builder.objectRef<Role>('RoleInfo').implement({
  description: 'A role, and what it may do beyond one’s own things.',
  fields: (t) => ({
    role: t.field({ type: RoleEnum, resolve: (role) => role }),
    description: t.string({ resolve: (role) => descriptionOf[role] }),
    permissions: t.stringList({ resolve: (role) => [...permissionsOf[role]] }),
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

builder.queryFields((t) => ({
  roles: t.field({
    type: [RoleInfo],
    access: { permission: 'users:read' },
    description: 'Every role there is.',
    resolve: () => Object.values(Role),
  }),
}));

builder.mutationFields((t) => ({
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
}));
