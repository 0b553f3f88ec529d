import { readerOf } from '../../graphql/actor.ts';
import { builder } from '../../graphql/builder.ts';
import { connectionArgs, connectionComplexity, pagesOf } from '../../graphql/connection.ts';
import { PastBalanceRef } from '../history/schema.ts';
import { JournalConnection } from '../journal/schema.ts';
import type { Statement } from './statement.ts';

const pages = pagesOf('movements');

const StatementRef = builder.objectRef<Statement>('Statement').implement({
  description: 'An account over a period: opening and movements together are the closing, in every asset.',
  fields: (t) => ({
    accountId: t.exposeID('accountId'),
    from: t.field({ type: 'DateTime', description: 'Inclusive.', resolve: ({ from }) => from }),
    to: t.field({ type: 'DateTime', description: 'Exclusive.', resolve: ({ to }) => to }),
    opening: t.field({ type: [PastBalanceRef], resolve: ({ opening }) => opening }),
    closing: t.field({ type: [PastBalanceRef], resolve: ({ closing }) => closing }),
    movements: t.field({
      type: JournalConnection,
      complexity: connectionComplexity,
      description: 'The entries of the period, newest first, with the account’s own lines.',
      args: connectionArgs(t),
      resolve: async ({ movements }, args) => {
        const request = pages.request(args);
        return pages.connection(await movements(request), request);
      },
    }),
  }),
});

builder.queryFields((t) => ({
  statement: t.field({
    access: 'signedIn',
    type: StatementRef,
    nullable: true,
    complexity: { field: 20, multiplier: 1 },
    description:
      'A statement of one account for a period that is over; null for an account that is not the viewer’s. ' +
      'Errors: BAD_USER_INPUT when the period is empty or ends in the future.',
    args: {
      accountId: t.arg.id({
        description: 'The viewer’s only account when absent; any with the permission ledger:read.',
      }),
      from: t.arg({ type: 'DateTime', required: true, description: 'Inclusive.' }),
      to: t.arg({ type: 'DateTime', required: true, description: 'Exclusive; not in the future.' }),
    },
    resolve: (_, { accountId, ...period }, context) =>
      context.services.ledger.statement(readerOf(context), accountId, period),
  }),
}));
