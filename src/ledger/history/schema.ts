import { readerOf } from '../../graphql/actor.ts';
import { builder } from '../../graphql/builder.ts';
import type { GraphContext } from '../../graphql/context.ts';
import { formatDecimal } from '../../kernel/decimal.ts';
import { limits } from '../../limits.ts';
import { noteUnlessReadable } from '../schema-readable.ts';
import type { PastBalance } from './past-balances.ts';
import { type Interval, intervals, type PortfolioPoint } from './portfolio.ts';

export const PastBalanceRef = builder.objectRef<PastBalance>('PastBalance').implement({
  description: 'How much of one asset an account had at an instant, as a decimal of the asset.',
  fields: (t) => ({
    asset: t.exposeString('asset'),
    posted: t.field({
      type: 'Decimal',
      description: 'The sum of the account’s postings in this asset until then.',
      resolve: ({ asset, posted }, _, { services }) => formatDecimal(posted, services.ledger.scaleOf(asset)),
    }),
  }),
});

const usd = (units: (point: PortfolioPoint) => bigint) => ({
  type: 'Decimal' as const,
  resolve: (point: PortfolioPoint, _: object, { services }: GraphContext) =>
    formatDecimal(units(point), services.ledger.scaleOf('USD')),
});

const PortfolioPointRef = builder.objectRef<PortfolioPoint>('PortfolioPoint').implement({
  description: 'What an account was worth at an instant, in its currency, at what was known of the market then.',
  fields: (t) => ({
    at: t.field({ type: 'DateTime', resolve: ({ at }) => at }),
    cash: t.field(usd(({ cash }) => cash)),
    positionsValue: t.field(usd(({ positions }) => positions)),
    owed: t.field({ description: 'What the house had lent.', ...usd(({ owed }) => owed) }),
    equity: t.field({
      description: 'Cash and positions less what was owed.',
      ...usd(({ cash, positions, owed }) => cash + positions - owed),
    }),
  }),
});

const IntervalEnum = builder.enumType('HistoryInterval', { values: Object.keys(intervals) as Interval[] });

builder.queryFields((t) => ({
  balances: t.field({
    access: 'signedIn',
    type: [PastBalanceRef],
    complexity: { field: 1, multiplier: 10 },
    description:
      'What an account had at an instant, by asset; empty for an account that is not the viewer’s, which ' +
      '`extensions.nothingThere` says. Errors: BAD_USER_INPUT when the instant is in the future.',
    args: {
      accountId: t.arg.id({
        description: 'The viewer’s only account when absent; any with the permission ledger:read.',
      }),
      asOf: t.arg({ type: 'DateTime', description: 'Now when absent; this instant is included.' }),
    },
    resolve: async (_, { accountId, asOf }, context, info) => {
      await noteUnlessReadable(context, accountId, info);
      return context.services.ledger.balancesAt(readerOf(context), accountId, asOf);
    },
  }),
  portfolioHistory: t.field({
    access: 'signedIn',
    type: [PortfolioPointRef],
    complexity: { field: 1, multiplier: 100 },
    description:
      `What an account was worth over time, for a chart of at most ${limits.ledger.chartPoints} points; empty for an ` +
      'account that is not the viewer’s, which `extensions.nothingThere` says. Errors: BAD_USER_INPUT for a period that is empty, too long or in the future.',
    args: {
      accountId: t.arg.id({
        description: 'The viewer’s only account when absent; any with the permission ledger:read.',
      }),
      from: t.arg({ type: 'DateTime', required: true }),
      to: t.arg({ type: 'DateTime', required: true, description: 'Not in the future; the last point.' }),
      interval: t.arg({ type: IntervalEnum, required: true }),
    },
    resolve: async (_, { accountId, ...period }, context, info) => {
      await noteUnlessReadable(context, accountId, info);
      return context.services.ledger.portfolioHistory(readerOf(context), accountId, period);
    },
  }),
}));
