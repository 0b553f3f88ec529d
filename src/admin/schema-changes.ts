import { actorOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { UserPayload } from '../identity/schema-user.ts';

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
