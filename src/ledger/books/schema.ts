import { builder } from '../../graphql/builder.ts';
import type { BooksReport } from './check-books.ts';
import type { Difference } from './differences.ts';

const DifferenceRef = builder.objectRef<Difference>('BooksDifference').implement({
  description: 'Something in the tables that is not what the journal, the executions and the open orders say.',
  fields: (t) => ({
    check: t.exposeString('check', { description: 'What is wrong.' }),
    accountId: t.exposeID('accountId', { nullable: true }),
    subject: t.exposeString('subject', { description: 'The asset, the symbol or the id of the row.' }),
    expected: t.exposeString('expected', { description: 'In units: quantity, or quantity, cost and realised profit.' }),
    found: t.exposeString('found'),
  }),
});

const BooksReportRef = builder.objectRef<BooksReport>('BooksReport').implement({
  fields: (t) => ({
    isRight: t.boolean({ resolve: ({ differences }) => differences.length === 0 }),
    executions: t.exposeInt('executions', { description: 'How many were gone through again.' }),
    differences: t.field({ type: [DifferenceRef], resolve: ({ differences }) => differences }),
    truncated: t.exposeBoolean('truncated', { description: 'Whether there are more differences than listed.' }),
  }),
});

builder.queryFields((t) => ({
  books: t.field({
    access: { permission: 'ledger:read' },
    type: BooksReportRef,
    complexity: 1_000,
    description:
      'Rebuilds every balance, hold, position and lot from the journal, the executions and the open orders and reports ' +
      'any difference. Reads everything, at one instant, and locks nothing.',
    resolve: (_, __, { services }) => services.ledger.checkBooks(),
  }),
}));
