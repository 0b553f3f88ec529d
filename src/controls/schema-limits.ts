import { actorOf, readerOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { noteCarriedOut } from '../graphql/carried-out.ts';
import { perRequest } from '../graphql/per-request.ts';
import { UserErrorRef } from '../graphql/user-error.ts';
import { createBatch } from '../kernel/batch.ts';
import { formatDecimal } from '../kernel/decimal.ts';
import type { Result } from '../kernel/result.ts';
import { sightOf } from '../ledger/reader.ts';
import { AccountRef } from '../ledger/schema-accounts.ts';
import type { ShownLimits } from './controls.ts';
import { operator } from './operator.ts';
import { REASON } from './schema-reason.ts';

const limitsBatch = perRequest((context) =>
  createBatch((ids: string[]) => context.services.controls.limitsOf(sightOf(readerOf(context)), ids)),
);

const LimitsRef = builder.objectRef<ShownLimits>('AccountLimits').implement({
  description:
    'What the account’s orders are held against before they are accepted. Money is in the account’s currency.',
  fields: (t) => {
    const money = (description: string, units: (row: ShownLimits) => bigint) =>
      t.field({
        type: 'Decimal',
        description,
        resolve: (row, _, { services }) => formatDecimal(units(row), services.controls.scale),
      });
    return {
      maxOrderValue: money(
        'Of one order at its worst price, fees left out, of one by cash at most that cash; beyond it ORDER_TOO_LARGE.',
        (row) => row.maxOrderValue,
      ),
      maxOpenOrders: t.exposeInt('maxOpenOrders', { description: 'At one time; beyond it TOO_MANY_OPEN_ORDERS.' }),
      dailyNotional: money(
        'Of all orders accepted on one UTC day, whatever becomes of them; beyond it DAILY_LIMIT_REACHED.',
        (row) => row.dailyNotional,
      ),
      dailyNotionalUsed: money('Of today’s accepted orders.', (row) => row.dailyNotionalUsed),
    };
  },
});

builder.objectField(AccountRef, 'limits', (t) =>
  t.field({ type: LimitsRef, resolve: ({ id }, _, context) => limitsBatch(context)(id) }),
);

const LimitsPayload = builder.objectRef<Result<{ accountId: string }>>('SetAccountLimitsPayload').implement({
  fields: (t) => ({
    limits: t.field({
      type: LimitsRef,
      nullable: true,
      // An operator has set them, on anybody's account.
      resolve: async (result, _, context, info) => {
        if (!result.ok) return null;
        noteCarriedOut(context, info, result.value);
        const { accountId } = result.value;
        return (await context.services.controls.limitsOf('EVERYTHING', [accountId]))(accountId);
      },
    }),
    userErrors: t.field({ type: [UserErrorRef], resolve: (result) => (result.ok ? [] : [...result.failures]) }),
  }),
});

const SetAccountLimitsInput = builder.inputType('SetAccountLimitsInput', {
  description: 'What is absent stays as it is; null goes back to the default of everybody.',
  fields: (t) => ({
    accountId: t.id({ required: true }),
    maxOrderValue: t.field({ type: 'Decimal' }),
    maxOpenOrders: t.int({ description: '0 to 1000.' }),
    dailyNotional: t.field({ type: 'Decimal' }),
    reason: t.string({ required: true, description: REASON }),
  }),
});

builder.mutationFields((t) => ({
  setAccountLimits: t.field({
    type: LimitsPayload,
    access: operator,
    description:
      'Sets what an account’s next orders are held against. Errors: NOT_FOUND, INVALID_AMOUNT, INVALID_INPUT.',
    args: { input: t.arg({ type: SetAccountLimitsInput, required: true }) },
    resolve: (_, { input }, context) => context.services.controls.setAccountLimits(actorOf(context), input),
  }),
}));
