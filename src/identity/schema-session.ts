import { actorOf, enrolleeOf, visitorOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { noteCarriedOut } from '../graphql/carried-out.ts';
import { donePayload, payloadOf } from '../graphql/user-error.ts';
import { UserRef } from './schema-user.ts';
import type { SignedIn } from './sessions/sessions.ts';

const SessionRef = builder.objectRef<SignedIn>('Session').implement({
  description: 'What signing in gives. The tokens are shown here only; keep them secret.',
  fields: (t) => ({
    accessToken: t.exposeString('accessToken', { description: 'For the header `Authorization: Bearer …`.' }),
    refreshToken: t.exposeString('refreshToken', {
      description: 'For `refresh`, once: each use gives the next one. A use of an older one ends the session.',
    }),
    tokenType: t.string({ description: 'Always `Bearer`.', resolve: () => 'Bearer' }),
    expiresIn: t.exposeInt('expiresIn_s', { description: 'Seconds until the access token expires.' }),
    user: t.expose('user', { type: UserRef }),
  }),
});

export const AuthPayload = payloadOf('AuthPayload', 'session', SessionRef);

const LogoutPayload = donePayload('LogoutPayload');
builder.objectField(LogoutPayload, 'user', (t) =>
  t.field({
    type: UserRef,
    description: 'Whose session ended.',
    resolve: (result, _, context, info) => {
      if (result.ok) noteCarriedOut(context, info, result.value);
      return enrolleeOf(context);
    },
  }),
);

const RegisterInput = builder.inputType('RegisterInput', {
  fields: (t) => ({
    username: t.string({
      required: true,
      description:
        '3 to 50 letters, digits, "_", "." or "-", the first a letter or digit; compared regardless of case.',
    }),
    email: t.string({ required: true, description: 'Kept as given, compared regardless of case.' }),
    password: t.string({
      required: true,
      description:
        '12 to 128 characters unless configured otherwise; not a common password, nor one with the username.',
    }),
    displayName: t.string({ description: 'For the profile; 1 to 100 characters.' }),
  }),
});

const LoginInput = builder.inputType('LoginInput', {
  description: 'Exactly one of `email` and `username`.',
  fields: (t) => ({
    email: t.string(),
    username: t.string({ description: 'Text with an "@" is taken as an e-mail address.' }),
    password: t.string({ required: true }),
    code: t.string({ description: 'A one-time code or a recovery code, of users who have a second factor.' }),
  }),
});

const RefreshInput = builder.inputType('RefreshInput', {
  fields: (t) => ({ refreshToken: t.string({ required: true }) }),
});

builder.mutationFields((t) => ({
  register: t.field({
    type: AuthPayload,
    access: 'public',
    oneADocument: true,
    description:
      'Makes a user with a profile and an empty USD account, and signs in. Codes: INVALID_INPUT, PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG, PASSWORD_TOO_COMMON, EMAIL_TAKEN, USERNAME_TAKEN; all that apply at once.',
    args: { input: t.arg({ type: RegisterInput, required: true }) },
    resolve: (_, { input }, context) => context.services.identity.register(visitorOf(context), input),
  }),
  login: t.field({
    type: AuthPayload,
    access: 'public',
    oneADocument: true,
    description:
      'Signs in with a new session. Codes: INVALID_INPUT, INVALID_CREDENTIALS, USER_SUSPENDED, SECOND_FACTOR_REQUIRED.',
    args: { input: t.arg({ type: LoginInput, required: true }) },
    resolve: (_, { input }, context) => context.services.identity.login(visitorOf(context), input),
  }),
  refresh: t.field({
    type: AuthPayload,
    access: 'public',
    oneADocument: true,
    description:
      'Gives a new access token and the next refresh token. The same token sent twice within 10 seconds gets the same answer, so that two tabs do not sign each other out. Code: INVALID_REFRESH_TOKEN.',
    args: { input: t.arg({ type: RefreshInput, required: true }) },
    resolve: (_, { input }, context) => context.services.identity.refresh(visitorOf(context), input),
  }),
  logout: t.field({
    type: LogoutPayload,
    access: 'enrolling',
    description: 'Ends this session; its tokens stop working within a second.',
    resolve: (_, __, context) => {
      const viewer = enrolleeOf(context);
      return context.services.identity.logout(actorOf(context, viewer), viewer);
    },
  }),
  logoutEverywhere: t.field({
    type: LogoutPayload,
    access: 'signedIn',
    description: 'Ends all sessions of the viewer, this one included.',
    resolve: (_, __, context) => context.services.identity.logoutEverywhere(actorOf(context)),
  }),
}));
