import { AccountStatus } from '../database/generated/enums.ts';
import { viewerOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { perRequest } from '../graphql/per-request.ts';
import { createBatch } from '../kernel/batch.ts';
import { formatDecimal } from '../kernel/decimal.ts';
import type { BalanceRow, LotRow } from '../lane/rows.ts';
import { limits } from '../limits.ts';
import { averagePrice } from '../market/average.ts';
import type { Instrument } from '../market/instrument.ts';
import type { Ledger } from './ledger.ts';
import type { Account } from './store.ts';
import { equityOf, owedOf, type ValuedPosition } from './valuation.ts';

/** Look-ups of several rows at once, all of them the viewer's own. */
const ownBatch = <Key, Value>(
  lookUp: (ledger: Ledger, sight: { viewerId: string }, keys: Key[]) => Promise<(key: Key) => Value>,
) =>
  perRequest((context) =>
    createBatch((keys: Key[]) => lookUp(context.services.ledger, { viewerId: viewerOf(context).id }, keys)),
  );

const accountBatch = ownBatch((ledger, sight, ids: string[]) => ledger.accountsById(sight, ids));
const balanceBatch = ownBatch((ledger, sight, ids: string[]) => ledger.balancesOf(sight, ids));
const positionBatch = ownBatch((ledger, sight, ids: string[]) => ledger.positionsOf(sight, ids));
const lotBatch = ownBatch((ledger, sight, positions: ValuedPosition[]) => ledger.openLotsOf(sight, positions));

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

/** The account of a row that its reader owns, such as an order’s. */
export const accountOfRow = async (
  accountId: string,
  context: Parameters<typeof accountBatch>[0],
): Promise<Account> => {
  const account = await accountBatch(context)(accountId);
  if (account === undefined) throw new Error('a row names an account that does not exist');
  return account;
};

const LotRef = builder.objectRef<LotRow & { instrument: Instrument }>('Lot').implement({
  description: 'Units that one buy brought in and that are not sold yet. Sells take the oldest lot first.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The fill that opened it.' }),
    qty: t.field({
      type: 'Decimal',
      description: 'What the fill brought in, in units of the base asset.',
      resolve: ({ qty, instrument }) => formatDecimal(qty, instrument.baseScale),
    }),
    leavesQty: t.field({
      type: 'Decimal',
      description: 'What is left of it.',
      resolve: ({ leavesQty, instrument }) => formatDecimal(leavesQty, instrument.baseScale),
    }),
    costBasis: t.field({
      type: 'Decimal',
      description: 'What the rest cost, fees left out, in the quote asset.',
      resolve: ({ leavesCost, instrument }) => formatDecimal(leavesCost, instrument.quoteScale),
    }),
    openedAt: t.field({ type: 'DateTime', resolve: ({ openedAt }) => openedAt }),
  }),
});

const PositionRef = builder.objectRef<ValuedPosition>('Position');
PositionRef.implement({
  description: 'What an account holds of one instrument. Money is in the instrument’s quote asset; fees are left out.',
  fields: (t) => {
    const quoted = (description: string, units: (position: ValuedPosition) => bigint) =>
      t.field({
        type: 'Decimal',
        description,
        resolve: (position) => formatDecimal(units(position), position.instrument.quoteScale),
      });
    return {
      account: t.field({ type: AccountRef, resolve: ({ accountId }, _, context) => accountOfRow(accountId, context) }),
      symbol: t.exposeString('symbol'),
      qty: t.field({
        type: 'Decimal',
        description: 'Units of the base asset, those held for open sells included.',
        resolve: ({ qty, instrument }) => formatDecimal(qty, instrument.baseScale),
      }),
      costBasis: quoted('What the quantity cost, first in, first out.', (row) => row.costBasis),
      averageEntryPrice: t.field({
        type: 'Decimal',
        description: 'Cost basis per unit, rounded half up to the scale of the quote asset; 0 of a closed position.',
        resolve: ({ costBasis, qty, instrument }) => (qty === 0n ? '0' : averagePrice(costBasis, qty, instrument)),
      }),
      marketPrice: t.field({
        type: 'Decimal',
        description: 'The middle of the market; for a past position what was last known then.',
        resolve: ({ markPrice, instrument }) => formatDecimal(markPrice, instrument.priceScale),
      }),
      marketValue: quoted('Quantity at the market price.', (row) => row.marketValue),
      unrealizedPnl: quoted('Market value less cost basis.', (row) => row.unrealizedPnl),
      realizedPnl: quoted('What sells brought in above the cost of what they sold.', (row) => row.realizedPnl),
      updatedAt: t.field({ type: 'DateTime', resolve: ({ updatedAt }) => updatedAt }),
      lots: t.field({
        type: [LotRef],
        complexity: { field: 1, multiplier: 10 },
        description: `The open lots, oldest first, at most ${limits.ledger.lotsShown}; of a past position too those that are open now.`,
        resolve: async (position, _, context) =>
          (await lotBatch(context)(position)).map((lot) => ({ ...lot, instrument: position.instrument })),
      }),
    };
  },
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
  positions: t.field({
    access: 'signedIn',
    type: [PositionRef],
    complexity: { field: 1, multiplier: 10 },
    description: 'What the viewer holds, by account and symbol.',
    args: {
      accountId: t.arg.id(),
      asOf: t.arg({
        type: 'DateTime',
        description: 'As it was then, this instant included; refused with BAD_USER_INPUT when in the future.',
      }),
      closed: t.arg.boolean({
        description: 'Also what is closed, with qty 0, for its realised profit or loss; left out when absent.',
      }),
    },
    resolve: (_, { accountId, asOf, closed }, context) =>
      context.services.ledger.ownPositions(viewerOf(context).id, accountId, asOf, closed ?? false),
  }),
}));
