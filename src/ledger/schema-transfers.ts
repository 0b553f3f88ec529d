import { TransferKind } from '../database/generated/enums.ts';
import { RefusedError } from '../errors.ts';
import { actorOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { answerOnce } from '../graphql/idempotent.ts';
import { payloadOf } from '../graphql/user-error.ts';
import { formatDecimal } from '../kernel/decimal.ts';
import type { TransferRow } from '../lane/rows.ts';
import { limits } from '../limits.ts';
import { AccountRef } from './schema-accounts.ts';
import { accountOfRow } from './schema-batches.ts';

const TransferRef = builder.objectRef<TransferRow>('Transfer').implement({
  description: 'Money that came into an account or left it.',
  fields: (t) => ({
    id: t.exposeID('id'),
    account: t.field({
      type: AccountRef,
      resolve: ({ accountId }, _, context, info) => accountOfRow(accountId, context, info),
    }),
    kind: t.field({
      type: builder.enumType(TransferKind, { name: 'TransferKind' }),
      resolve: ({ kind }) => kind,
    }),
    asset: t.exposeString('asset'),
    amount: t.field({
      type: 'Decimal',
      resolve: ({ amount, asset }, _, { services }) => formatDecimal(amount, services.ledger.scaleOf(asset)),
    }),
    createdAt: t.field({ type: 'DateTime', resolve: ({ createdAt }) => createdAt }),
  }),
});

const TransferPayload = payloadOf('TransferPayload', 'transfer', TransferRef);

const transferInput = (name: string, verb: string) =>
  builder.inputType(name, {
    fields: (t) => ({
      accountId: t.id({ description: 'The viewer’s only account when absent.' }),
      amount: t.field({
        type: 'Decimal',
        required: true,
        description: `How much to ${verb}, with at most two decimals.`,
      }),
      idempotencyKey: t.string({ description: 'Repeats with the same key and input have one effect and one answer.' }),
    }),
  });

builder.mutationFields((t) => ({
  deposit: t.field({
    access: 'signedIn',
    type: TransferPayload,
    description: `Puts paper money into an account, up to a balance of ${limits.money.paperBalance}. Errors: INVALID_AMOUNT, NOT_FOUND, ACCOUNT_CLOSED, IDEMPOTENCY_*.`,
    args: { input: t.arg({ type: transferInput('DepositInput', 'put in'), required: true }) },
    resolve: async (_, { input }, context) => {
      if (!context.services.ledger.paperDeposits)
        throw new RefusedError('FORBIDDEN', 'Paper deposits are off on this server.');
      return answerOnce(context, input, (asked) => context.services.ledger.deposit(actorOf(context), asked));
    },
  }),
  withdraw: t.field({
    access: 'signedIn',
    type: TransferPayload,
    description:
      'Takes money out. Errors: INSUFFICIENT_FUNDS, INVALID_AMOUNT, NOT_FOUND, ACCOUNT_CLOSED, IDEMPOTENCY_*.',
    args: { input: t.arg({ type: transferInput('WithdrawInput', 'take out'), required: true }) },
    resolve: (_, { input }, context) =>
      answerOnce(context, input, (asked) => context.services.ledger.withdraw(actorOf(context), asked)),
  }),
}));
