import { readerOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { formatDecimal } from '../kernel/decimal.ts';
import { limits } from '../limits.ts';
import { averagePrice } from '../market/average.ts';
import type { Instrument } from '../market/instrument.ts';
import type { OpenLot } from './history/past-lots.ts';
import { AccountRef } from './schema-accounts.ts';
import { accountOfRow, lotBatch } from './schema-batches.ts';
import { noteUnlessReadable } from './schema-readable.ts';
import type { ValuedPosition } from './valuation.ts';

const LotRef = builder.objectRef<OpenLot & { instrument: Instrument }>('Lot').implement({
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
      account: t.field({
        type: AccountRef,
        resolve: ({ accountId }, _, context, info) => accountOfRow(accountId, context, info),
      }),
      symbol: t.exposeString('symbol'),
      qty: t.field({
        type: 'Decimal',
        description: 'Units of the base asset, those held for open sells included.',
        resolve: ({ qty, instrument }) => formatDecimal(qty, instrument.baseScale),
      }),
      costBasis: quoted('What the quantity cost, first in, first out.', (row) => row.costBasis),
      averageEntryPrice: t.field({
        type: 'Decimal',
        description: 'Cost basis per unit, to 12 decimals, rounded half up; 0 of a closed position.',
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
        description:
          `The open lots, oldest first, at most ${limits.ledger.lotsShown}; of a past position those of then. ` +
          `Errors: BAD_USER_INPUT when those lie behind more than ${limits.ledger.pastLotsFills} fills of the position.`,
        resolve: async (position, _, context) =>
          (await lotBatch(context)(position)).map((lot) => ({ ...lot, instrument: position.instrument })),
      }),
    };
  },
});

builder.queryFields((t) => ({
  positions: t.field({
    access: 'signedIn',
    type: [PositionRef],
    complexity: { field: 1, multiplier: 10 },
    description:
      'What the viewer holds, by account and symbol; empty for an account that is not the viewer’s, which `extensions.nothingThere` ' +
      'says. Errors: BAD_USER_INPUT when the instant is in the future.',
    args: {
      accountId: t.arg.id({
        description: 'All of the viewer’s accounts when absent; any with the permission ledger:read.',
      }),
      asOf: t.arg({
        type: 'DateTime',
        description: 'As it was then, this instant included; now when absent.',
      }),
      closed: t.arg.boolean({
        description: 'Also what is closed, with qty 0, for its realised profit or loss; left out when absent.',
      }),
    },
    resolve: async (_, { accountId, asOf, closed }, context, info) => {
      await noteUnlessReadable(context, accountId, info);
      return context.services.ledger.positions(readerOf(context), accountId, asOf, closed ?? false);
    },
  }),
}));
