import { UserStatus } from '../database/generated/enums.ts';
import { actorOf, enrolleeOf, viewerOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import type { GraphContext } from '../graphql/context.ts';
import { payloadOf, UserErrorRef } from '../graphql/user-error.ts';
import type { Result } from '../kernel/result.ts';
import { descriptionOf, Role } from './permissions.ts';
import { detailsOf } from './schema-details.ts';
import type { SignedIn } from './sessions.ts';
import type { User } from './user.ts';
import type { Visitor } from './viewer.ts';

/** For the fields that need no sign-in. */
export const anyone = ({ viewer, requestId, address }: GraphContext): Visitor => ({
  userId: viewer?.id ?? null,
  requestId,
  address,
});

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

/** Payloads of mutations that make nothing to show. */
export const donePayload = (name: string) =>
  builder.objectRef<Result<object>>(name).implement({
    fields: (t) => ({
      success: t.boolean({ resolve: ({ ok }) => ok }),
      userErrors: t.field({ type: [UserErrorRef], resolve: (result) => (result.ok ? [] : [...result.failures]) }),
    }),
  });

const LogoutPayload = donePayload('LogoutPayload');
builder.objectField(LogoutPayload, 'user', (t) =>
  t.field({
    type: UserRef,
    description: 'Whose session ended.',
    resolve: (_, __, context) => enrolleeOf(context),
  }),
);

builder.queryFields((t) => ({
  me: t.field({
    type: UserRef,
    access: 'enrolling',
    description: 'The signed-in user.',
    resolve: (_, __, context) => enrolleeOf(context),
  }),
}));

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
  register: t.field({
    type: AuthPayload,
    access: 'public',
    oneADocument: true,
    description:
      'Makes a user with a profile and an empty USD account, and signs in. Codes: INVALID_INPUT, PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG, PASSWORD_TOO_COMMON, EMAIL_TAKEN, USERNAME_TAKEN; all that apply at once.',
    args: { input: t.arg({ type: RegisterInput, required: true }) },
    resolve: (_, { input }, context) => context.services.identity.register(anyone(context), input),
  }),
  login: t.field({
    type: AuthPayload,
    access: 'public',
    oneADocument: true,
    description:
      'Signs in with a new session. Codes: INVALID_INPUT, INVALID_CREDENTIALS, USER_SUSPENDED, SECOND_FACTOR_REQUIRED.',
    args: { input: t.arg({ type: LoginInput, required: true }) },
    resolve: (_, { input }, context) => context.services.identity.login(anyone(context), input),
  }),
  refresh: t.field({
    type: AuthPayload,
    access: 'public',
    oneADocument: true,
    description:
      'Gives a new access token and the next refresh token. The same token sent twice within 10 seconds gets the same answer, so that two tabs do not sign each other out. Code: INVALID_REFRESH_TOKEN.',
    args: { input: t.arg({ type: RefreshInput, required: true }) },
    resolve: (_, { input }, context) => context.services.identity.refresh(anyone(context), input),
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
      const visitor = { ...anyone(context), ...actorOf(context) };
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
