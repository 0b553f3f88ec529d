import { visitorOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { donePayload } from '../graphql/user-error.ts';
import { AuthPayload } from './schema-session.ts';

const RequestPasswordResetInput = builder.inputType('RequestPasswordResetInput', {
  fields: (t) => ({ email: t.string({ required: true, description: 'The e-mail address of the account.' }) }),
});

const ResetPasswordInput = builder.inputType('ResetPasswordInput', {
  fields: (t) => ({
    token: t.string({ required: true, description: 'Of the newest link, where it stands behind `#token=`.' }),
    newPassword: t.string({ required: true, description: 'The rules are those of `register`.' }),
    code: t.string({ description: 'A one-time code or a recovery code; needed when the user has a second factor.' }),
  }),
});

builder.mutationFields((t) => ({
  requestPasswordReset: t.field({
    type: donePayload('RequestPasswordResetPayload'),
    access: 'public',
    oneADocument: true,
    description:
      'Sends a mail with a link that resets a forgotten password, if somebody has the address. The answer does not tell. Codes: INVALID_INPUT for what is no address, NOT_SUPPORTED on a server that sends no mail.',
    args: { input: t.arg({ type: RequestPasswordResetInput, required: true }) },
    resolve: (_, { input }, context) => context.services.identity.requestPasswordReset(visitorOf(context), input),
  }),
  resetPassword: t.field({
    type: AuthPayload,
    access: 'public',
    oneADocument: true,
    description:
      'Sets a new password with the token of the newest mail, once and within 30 minutes, ends all sessions and gives a new one. Nothing of the link is used up by what is refused. Codes: INVALID_RESET_TOKEN, SECOND_FACTOR_REQUIRED, INVALID_CREDENTIALS for a wrong code, PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG, PASSWORD_TOO_COMMON.',
    args: { input: t.arg({ type: ResetPasswordInput, required: true }) },
    resolve: (_, { input }, context) => context.services.identity.resetPassword(visitorOf(context), input),
  }),
}));
