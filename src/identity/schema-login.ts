import { actorOf, viewerOf, visitorOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { donePayload } from '../graphql/user-error.ts';
import { AuthPayload } from './schema-session.ts';
import { UserPayload } from './schema-user.ts';

const ChangePasswordInput = builder.inputType('ChangePasswordInput', {
  fields: (t) => ({
    currentPassword: t.string({ required: true }),
    newPassword: t.string({ required: true, description: 'The rules are those of `register`.' }),
  }),
});

const DeleteAccountInput = builder.inputType('DeleteAccountInput', {
  fields: (t) => ({
    password: t.string({
      description: 'May be absent within five minutes after the session was opened by signing in.',
    }),
  }),
});

const UpdateLoginInput = builder.inputType('UpdateLoginInput', {
  description: 'What is absent stays. The rules are those of `register`.',
  fields: (t) => ({
    username: t.string(),
    email: t.string(),
    newPassword: t.string(),
    currentPassword: t.string({
      description: 'May be absent within five minutes after the session was opened by signing in.',
    }),
  }),
});

builder.mutationFields((t) => ({
  changePassword: t.field({
    type: AuthPayload,
    access: 'signedIn',
    oneADocument: true,
    description:
      'Ends all sessions, this one included, and gives a new one. Codes: INVALID_CREDENTIALS, PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG, PASSWORD_TOO_COMMON.',
    args: { input: t.arg({ type: ChangePasswordInput, required: true }) },
    resolve: (_, { input }, context) =>
      context.services.identity.changePassword(actorOf(context), viewerOf(context), input),
  }),
  updateLogin: t.field({
    type: UserPayload,
    access: 'signedIn',
    oneADocument: true,
    description:
      'Changes the names and the password that the viewer signs in with, all that is given or nothing. A new password ends all other sessions. Codes: INVALID_INPUT, PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG, PASSWORD_TOO_COMMON, RECENT_SIGN_IN_REQUIRED, INVALID_CREDENTIALS, EMAIL_TAKEN, USERNAME_TAKEN.',
    args: { input: t.arg({ type: UpdateLoginInput, required: true }) },
    resolve: (_, { input }, context) => {
      const visitor = { ...visitorOf(context), ...actorOf(context) };
      return context.services.identity.updateLogin(visitor, viewerOf(context), input);
    },
  }),
  deleteAccount: t.field({
    type: donePayload('DeleteAccountPayload'),
    access: 'signedIn',
    oneADocument: true,
    description:
      'Closes the login for good: names, address and profile are removed, the books stay under the user’s number. Codes: RECENT_SIGN_IN_REQUIRED, INVALID_CREDENTIALS, OPEN_ORDERS, LAST_ADMIN.',
    args: { input: t.arg({ type: DeleteAccountInput, required: true }) },
    resolve: (_, { input }, context) =>
      context.services.identity.deleteAccount(actorOf(context), viewerOf(context), input),
  }),
}));
