import { refusedArgument } from '../errors.ts';
import { actorOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { type Connection, connectionArgs, connectionComplexity, connectionOf, pagesOf } from '../graphql/connection.ts';
import { RoleEnum, UserRef, UserStatusEnum } from '../identity/schema-user.ts';
import type { User } from '../identity/users/user.ts';
import { limits } from '../limits.ts';

const UserFilter = builder.inputType('UserFilter', {
  description: 'All that is given must fit.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the username or of the e-mail address, regardless of case.' }),
    role: t.field({ type: RoleEnum }),
    status: t.field({ type: UserStatusEnum }),
  }),
});

/** Counted only where it is asked for. */
type Users = Connection<User> & { count: () => Promise<number> };

const UserConnection = connectionOf('User', UserRef);
builder.objectField(UserConnection, 'totalCount', (t) =>
  t.int({ description: 'How many users fit the filter, on all pages.', resolve: (users) => (users as Users).count() }),
);

const readSkip = (skip: number, backward: boolean): number => {
  if (skip < 0 || skip > limits.page.skip) throw refusedArgument('skip', `must be between 0 and ${limits.page.skip}.`);
  if (skip > 0 && backward) throw refusedArgument('skip', 'goes with "first".');
  return skip;
};

const pages = pagesOf('users');

builder.queryFields((t) => ({
  users: t.field({
    type: UserConnection,
    access: { permission: 'users:read' },
    description: 'All users, the newest first.',
    args: {
      ...connectionArgs(t),
      filter: t.arg({ type: UserFilter }),
      skip: t.arg.int({
        description: `Rows to pass over before the page, up to ${limits.page.skip}, for clients with numbered pages; goes with \`first\`. Cursors cost less.`,
      }),
    },
    complexity: connectionComplexity,
    resolve: async (_, { filter, skip, ...args }, context) => {
      const request = pages.request(args);
      const skipped = readSkip(skip ?? 0, request.backward);
      const { admin } = context.services;
      const page = await admin.users(actorOf(context), filter ?? {}, { ...request, skip: skipped });
      const users: Users = { ...pages.connection(page, request), count: () => admin.countUsers(filter ?? {}) };
      if (skipped > 0) users.pageInfo.hasPreviousPage = true;
      return users;
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
