import { actorOf, viewerOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { payloadOf } from '../graphql/user-error.ts';
import { UserRef } from '../identity/schema-user.ts';
import type { Profile } from './store.ts';

/** A profile is only ever its owner's to see, so what belongs to the user comes from the viewer. */
const ProfileRef = builder.objectRef<Profile>('Profile').implement({
  description: 'How the viewer wants to be addressed. Only the owner sees it; staff see the display name.',
  fields: (t) => ({
    id: t.exposeID('userId', { description: 'The user’s id.' }),
    user: t.field({ type: UserRef, resolve: (_, __, context) => viewerOf(context) }),
    username: t.string({ resolve: (_, __, context) => viewerOf(context).username }),
    email: t.field({ type: 'EmailAddress', resolve: (_, __, context) => viewerOf(context).email }),
    displayName: t.exposeString('displayName', { nullable: true }),
    locale: t.exposeString('locale', { nullable: true, description: 'A BCP 47 tag such as "en-GB".' }),
    timeZone: t.exposeString('timeZone', { nullable: true, description: 'An IANA name such as "Europe/London".' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime' }),
  }),
});

const ProfilePayload = payloadOf('ProfilePayload', 'profile', ProfileRef);

builder.queryFields((t) => ({
  profile: t.field({
    type: ProfileRef,
    access: 'signedIn',
    description: 'The viewer’s profile.',
    resolve: (_, __, context) => context.services.profile.get(viewerOf(context).id),
  }),
}));

const UpdateProfileInput = builder.inputType('UpdateProfileInput', {
  description: 'What is absent stays; null clears.',
  fields: (t) => ({
    displayName: t.string({ description: '1 to 100 characters.' }),
    locale: t.string({ description: 'A BCP 47 tag such as "en-GB".' }),
    timeZone: t.string({ description: 'An IANA name such as "Europe/London".' }),
  }),
});

builder.mutationFields((t) => ({
  updateProfile: t.field({
    type: ProfilePayload,
    access: 'signedIn',
    description: 'Changes the viewer’s profile. Code: INVALID_INPUT, for every field that does not fit.',
    args: { input: t.arg({ type: UpdateProfileInput, required: true }) },
    resolve: (_, { input }, context) => context.services.profile.update(actorOf(context), input),
  }),
}));
