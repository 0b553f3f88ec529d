import { AccountStatus } from '../database/generated/enums.ts';
import { viewerOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { formatDecimal } from '../kernel/decimal.ts';
import type { BalanceRow } from '../lane/rows.ts';
import { balanceBatch, positionBatch } from './schema-batches.ts';
import type { Account } from './store.ts';
import { equityOf, owedOf } from './valuation.ts';

const BalanceRef = builder.objectRef<BalanceRow>('Balance').implement({
  description: 'How much of one asset an account has. Amounts are decimals of the asset.',
  fields: (t) => ({
    asset: t.exposeString('asset'),
    posted: t.field({
      type: 'Decimal',
      description: 'The sum of the account’s postings in this asset.',
      resolve: ({ asset, posted }, _, { services }) => formatDecimal(posted, services.ledger.scaleOf(asset)),
    }),
    held: t.field({
      type: 'Decimal',
      description: 'What open orders keep back.',
      resolve: ({ asset, held }, _, { services }) => formatDecimal(held, services.ledger.scaleOf(asset)),
    }),
    available: t.field({
      type: 'Decimal',
      description: '`posted` less `held`; never negative.',
      resolve: ({ asset, posted, held }, _, { services }) =>
        formatDecimal(posted - held, services.ledger.scaleOf(asset)),
    }),
  }),
});

const money = (units: bigint, currency: string, scaleOf: (asset: string) => number): string =>
  formatDecimal(units, scaleOf(currency));

export const AccountRef = builder.objectRef<Account>('Account');
AccountRef.implement({
  description: 'A customer’s account: one currency and any number of units of instruments.',
  fields: (t) => ({
    id: t.exposeID('id'),
    number: t.string({
      description: 'A short name for people.',
      resolve: ({ number }) => `B${number.toString().padStart(9, '0')}`,
    }),
    status: t.field({
      type: builder.enumType(AccountStatus, { name: 'AccountStatus' }),
      resolve: ({ status }) => status,
    }),
    currency: t.exposeString('currency'),
    createdAt: t.field({ type: 'DateTime', resolve: ({ createdAt }) => createdAt }),
    balances: t.field({
      type: [BalanceRef],
      complexity: { field: 1, multiplier: 10 },
      resolve: ({ id }, _, context) => balanceBatch(context)(id),
    }),
    buyingPower: t.field({
      type: 'Decimal',
      description: 'Cash that a new order may use, fees included, in the account’s currency.',
      resolve: async ({ id, currency }, _, context) => {
        const cash = (await balanceBatch(context)(id)).find(({ asset }) => asset === currency);
        return money(cash === undefined ? 0n : cash.posted - cash.held, currency, context.services.ledger.scaleOf);
      },
    }),
    owed: t.field({
      type: 'Decimal',
      description:
        'What the house has lent the account, in its currency: a fill that came too late to be held for, or a corrected trade, took ' +
        'more cash than was there. The next deposit or sale pays it back; a withdrawal leaves it. The balance of USD-OWED.',
      resolve: async ({ id, currency }, _, context) =>
        money(owedOf(currency, await balanceBatch(context)(id)), currency, context.services.ledger.scaleOf),
    }),
    equity: t.field({
      type: 'Decimal',
      description: 'Cash plus the positions at the middle of the market less what is owed, in the account’s currency.',
      resolve: async ({ id, currency }, _, context) => {
        const [balances, positions] = await Promise.all([balanceBatch(context)(id), positionBatch(context)(id)]);
        return money(equityOf(currency, balances, positions), currency, context.services.ledger.scaleOf);
      },
    }),
  }),
});

builder.queryFields((t) => ({
  accounts: t.field({
    access: 'signedIn',
    type: [AccountRef],
    description: 'The viewer’s accounts.',
    resolve: (_, __, context) => context.services.ledger.accountsOf(viewerOf(context).id),
  }),
  account: t.field({
    access: 'signedIn',
    type: AccountRef,
    nullable: true,
    description: 'One of the viewer’s accounts; null for any other.',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_, { id }, context) => context.services.ledger.accountOf(viewerOf(context).id, id),
  }),
}));
