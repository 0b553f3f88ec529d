import { EntryKind } from '../../database/generated/enums.ts';
import { actorOf, readerOf } from '../../graphql/actor.ts';
import { builder } from '../../graphql/builder.ts';
import { connectionArgs, connectionComplexity, connectionOf, pagesOf } from '../../graphql/connection.ts';
import { answerOnce } from '../../graphql/idempotent.ts';
import { payloadOf } from '../../graphql/user-error.ts';
import { formatDecimal } from '../../kernel/decimal.ts';
import type { BookedPosting, JournalEntry } from './store.ts';

const EntryKindEnum = builder.enumType(EntryKind, {
  name: 'EntryKind',
  description:
    'A REVERSAL posts the exact opposite of the entry that its reference names. A COVER lends cash that a late fill or a corrected ' +
    'trade took and that was not there; a REPAYMENT takes it back. What is owed is the asset USD-OWED.',
});

const PostingRef = builder.objectRef<BookedPosting>('Posting').implement({
  description: 'One line of an entry. Amounts are decimals of the asset.',
  fields: (t) => ({
    accountId: t.exposeID('accountId'),
    asset: t.exposeString('asset'),
    amount: t.field({
      type: 'Decimal',
      description: 'Added to the account’s balance; the lines of an entry sum to zero in every asset.',
      resolve: ({ amount, asset }, _, { services }) => formatDecimal(amount, services.ledger.scaleOf(asset)),
    }),
    balanceAfter: t.field({
      type: 'Decimal',
      description: 'The account’s balance in the asset right after this line.',
      resolve: ({ balanceAfter, asset }, _, { services }) =>
        formatDecimal(balanceAfter, services.ledger.scaleOf(asset)),
    }),
    sequence: t.string({
      description: 'Grows from line to line of an account, in the order in which they were booked.',
      resolve: ({ sequence }) => sequence.toString(),
    }),
  }),
});

/** Lines that are not in hand are read when they are asked for. */
type ShownEntry = Omit<JournalEntry, 'postings'> & { postings: BookedPosting[] | (() => Promise<BookedPosting[]>) };

export const JournalEntryRef = builder.objectRef<ShownEntry>('JournalEntry').implement({
  description: 'One entry of the journal. Entries are never changed or removed.',
  fields: (t) => ({
    id: t.exposeID('id'),
    kind: t.field({ type: EntryKindEnum, resolve: ({ kind }) => kind }),
    reference: t.exposeID('reference', {
      description:
        'The transfer or the trade that is booked, or the entry that is reversed; of a COVER or a REPAYMENT the fill, its bust or ' +
        'the transfer that it came with.',
    }),
    createdAt: t.field({ type: 'DateTime', resolve: ({ createdAt }) => createdAt }),
    postings: t.field({
      type: [PostingRef],
      complexity: { field: 1, multiplier: 4 },
      description: 'The lines; for a customer those of the own account.',
      resolve: ({ postings }) => (typeof postings === 'function' ? postings() : postings),
    }),
  }),
});

export const JournalConnection = connectionOf('JournalEntry', JournalEntryRef);

const JournalFilter = builder.inputType('JournalFilter', {
  description: 'Every given field narrows the list.',
  fields: (t) => ({
    accountId: t.id({
      description: 'The viewer’s only account when absent; with the permission ledger:read any account, or all.',
    }),
    kind: t.field({ type: EntryKindEnum }),
    from: t.field({ type: 'DateTime', description: 'This instant or later.' }),
    to: t.field({ type: 'DateTime', description: 'Before this instant.' }),
  }),
});

const pages = pagesOf('journal');

builder.queryFields((t) => ({
  journal: t.field({
    access: 'signedIn',
    type: JournalConnection,
    complexity: connectionComplexity,
    description: 'The entries that touch an account, newest first.',
    args: { ...connectionArgs(t), filter: t.arg({ type: JournalFilter }) },
    resolve: async (_, { filter, ...args }, context) => {
      const request = pages.request(args);
      return pages.connection(await context.services.ledger.journal(readerOf(context), filter ?? {}, request), request);
    },
  }),
}));

const ReverseTransferInput = builder.inputType('ReverseTransferInput', {
  fields: (t) => ({
    transferId: t.id({ required: true }),
    reason: t.string({
      required: true,
      description: 'For the audit log; up to 256 characters on one line.',
    }),
    idempotencyKey: t.string(),
  }),
});

builder.mutationFields((t) => ({
  reverseTransfer: t.field({
    access: { permission: 'ledger:operate' },
    type: payloadOf('ReverseTransferPayload', 'entry', JournalEntryRef),
    description:
      'Takes a deposit or a withdrawal back: posts the exact opposite of its entry, once. ' +
      'Errors: NOT_FOUND, ALREADY_REVERSED, INSUFFICIENT_FUNDS when the customer no longer has it available, INVALID_INPUT, IDEMPOTENCY_*.',
    args: { input: t.arg({ type: ReverseTransferInput, required: true }) },
    resolve: (_, { input }, context) =>
      answerOnce(context, input, (asked) => context.services.ledger.reverseTransfer(actorOf(context), asked)),
  }),
}));
