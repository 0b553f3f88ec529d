import { actorOf, enrolleeOf, viewerOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { donePayload, payloadOf, UserErrorRef } from '../graphql/user-error.ts';
import type { Result } from '../kernel/result.ts';
import { detailsOf } from './schema-details.ts';
import { UserRef } from './schema-user.ts';
import type { Enrolment } from './second-factor/enrol-second-factor.ts';

builder.objectField(UserRef, 'secondFactor', (t) =>
  t.boolean({
    description: 'Whether signing in wants a code as well.',
    resolve: async (user, _, context) => (await detailsOf(user, context)).secondFactor,
  }),
);

const EnrolmentRef = builder.objectRef<Enrolment>('SecondFactorEnrolment').implement({
  description: 'What an authenticator app is given. Shown here only; keep it secret.',
  fields: (t) => ({
    secret: t.exposeString('secret', { description: '160 bits in base32, to be typed.' }),
    uri: t.exposeString('uri', { description: 'The same as `otpauth://totp/…`, to be shown as a QR code.' }),
    confirmBefore: t.expose('confirmBefore', { type: 'DateTime' }),
  }),
});

const RecoveryCodesPayload = builder.objectRef<Result<string[]>>('RecoveryCodesPayload').implement({
  fields: (t) => ({
    recoveryCodes: t.stringList({
      nullable: true,
      description: 'Each signs in once in place of a one-time code. Shown here only; null when nothing was done.',
      resolve: (result) => (result.ok ? result.value : null),
    }),
    userErrors: t.field({
      type: [UserErrorRef],
      description: 'Empty when the mutation was done.',
      resolve: (result) => (result.ok ? [] : [...result.failures]),
    }),
  }),
});

const recent = 'May be absent within five minutes after the session was opened by signing in.';
const either = 'A one-time code or a recovery code; it is used up.';

const EnrolSecondFactorInput = builder.inputType('EnrolSecondFactorInput', {
  fields: (t) => ({ password: t.string({ description: recent }) }),
});

const ConfirmSecondFactorInput = builder.inputType('ConfirmSecondFactorInput', {
  fields: (t) => ({ code: t.string({ required: true, description: 'Six digits that the authenticator app shows.' }) }),
});

const RemoveSecondFactorInput = builder.inputType('RemoveSecondFactorInput', {
  fields: (t) => ({
    password: t.string({ required: true }),
    code: t.string({ required: true, description: either }),
  }),
});

const RenewRecoveryCodesInput = builder.inputType('RenewRecoveryCodesInput', {
  fields: (t) => ({
    password: t.string({ description: recent }),
    code: t.string({ required: true, description: either }),
  }),
});

builder.mutationFields((t) => ({
  enrolSecondFactor: t.field({
    type: payloadOf('EnrolSecondFactorPayload', 'enrolment', EnrolmentRef),
    access: 'enrolling',
    oneADocument: true,
    description:
      'Begins a second factor: one-time codes of an authenticator app (RFC 6238, SHA-1, 6 digits, 30 seconds). It counts once `confirmSecondFactor` was sent a code of it. Codes: INVALID_CREDENTIALS, RECENT_SIGN_IN_REQUIRED, SECOND_FACTOR_EXISTS.',
    args: { input: t.arg({ type: EnrolSecondFactorInput, required: true }) },
    resolve: (_, { input }, context) => {
      const viewer = enrolleeOf(context);
      return context.services.identity.enrolSecondFactor(actorOf(context, viewer), viewer, input);
    },
  }),
  confirmSecondFactor: t.field({
    type: RecoveryCodesPayload,
    access: 'enrolling',
    oneADocument: true,
    description:
      'Makes the second factor count: from now on signing in wants a code. Ends all other sessions. Codes: INVALID_CREDENTIALS, NO_SECOND_FACTOR.',
    args: { input: t.arg({ type: ConfirmSecondFactorInput, required: true }) },
    resolve: (_, { input }, context) => {
      const viewer = enrolleeOf(context);
      return context.services.identity.confirmSecondFactor(actorOf(context, viewer), viewer, input);
    },
  }),
  removeSecondFactor: t.field({
    type: donePayload('RemoveSecondFactorPayload'),
    access: 'signedIn',
    oneADocument: true,
    description:
      'Removes the second factor and its recovery codes, and ends all other sessions. Codes: INVALID_CREDENTIALS, NO_SECOND_FACTOR.',
    args: { input: t.arg({ type: RemoveSecondFactorInput, required: true }) },
    resolve: (_, { input }, context) =>
      context.services.identity.removeSecondFactor(actorOf(context), viewerOf(context), input),
  }),
  renewRecoveryCodes: t.field({
    type: RecoveryCodesPayload,
    access: 'signedIn',
    oneADocument: true,
    description:
      'Makes new recovery codes; those of before sign in nobody any more. Codes: INVALID_CREDENTIALS, RECENT_SIGN_IN_REQUIRED, NO_SECOND_FACTOR.',
    args: { input: t.arg({ type: RenewRecoveryCodesInput, required: true }) },
    resolve: (_, { input }, context) =>
      context.services.identity.renewRecoveryCodes(actorOf(context), viewerOf(context), input),
  }),
}));
