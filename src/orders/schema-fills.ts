import { Liquidity } from '../database/generated/enums.ts';
import { viewerOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import type { GraphContext } from '../graphql/context.ts';
import { perRequest } from '../graphql/per-request.ts';
import { createBatch } from '../kernel/batch.ts';
import { formatDecimal } from '../kernel/decimal.ts';
import type { OrderRow } from '../lane/rows.ts';
import type { Instrument } from '../market/instrument.ts';
import { type Fill, fillsIn } from './fills.ts';

const LiquidityEnum = builder.enumType(Liquidity, {
  name: 'Liquidity',
  description: 'FIX tag 851: a MAKER rested in the book, a TAKER came to it.',
});

/** The instrument of a row, whose scales its figures have. */
export const instrumentOf = (symbol: string, { services }: GraphContext): Instrument =>
  services.market.instrumentOf(symbol);

const executionBatch = perRequest((context) =>
  createBatch(async (orderIds: string[]) => {
    const rows = await context.services.orders.fillsOf({ viewerId: viewerOf(context).id }, orderIds);
    const executions = Map.groupBy(rows, ({ orderId }) => orderId);
    return (orderId) => executions.get(orderId) ?? [];
  }),
);

export const fillsOf = async (order: OrderRow, withBusted: boolean, context: GraphContext): Promise<Fill[]> => {
  if (order.filledQty === 0n && !withBusted) return [];
  const fills = fillsIn(order, await executionBatch(context)(order.id));
  return withBusted ? fills : fills.filter(({ bustedAt }) => bustedAt === null);
};

export const FillRef = builder.objectRef<Fill>('Fill').implement({
  description: 'One execution of an order. Money is in the quote asset.',
  fields: (t) => ({
    id: t.exposeID('id'),
    tradeId: t.exposeID('tradeId', { description: 'Shared by both sides of the trade.' }),
    qty: t.field({
      type: 'Decimal',
      resolve: ({ qty, symbol }, _, context) => formatDecimal(qty, instrumentOf(symbol, context).baseScale),
    }),
    price: t.field({
      type: 'Decimal',
      resolve: ({ price, symbol }, _, context) => formatDecimal(price, instrumentOf(symbol, context).priceScale),
    }),
    value: t.field({
      type: 'Decimal',
      description: 'Price times quantity, exact.',
      resolve: ({ value, symbol }, _, context) => formatDecimal(value, instrumentOf(symbol, context).quoteScale),
    }),
    fee: t.field({
      type: 'Decimal',
      description: 'Rounded down to the smallest unit of the quote asset.',
      resolve: ({ fee, symbol }, _, context) => formatDecimal(fee, instrumentOf(symbol, context).quoteScale),
    }),
    liquidity: t.field({ type: LiquidityEnum, resolve: ({ liquidity }) => liquidity }),
    createdAt: t.field({ type: 'DateTime', resolve: ({ createdAt }) => createdAt }),
    bustedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When an operator took it back, or put a corrected fill in its place; it counts for nothing since.',
      resolve: ({ bustedAt }) => bustedAt,
    }),
    corrects: t.exposeID('correctsId', { nullable: true, description: 'The fill in whose place this one stands.' }),
    correctedBy: t.exposeID('correctedById', {
      nullable: true,
      description: 'The fill that stands in the place of this one; null for one that was busted.',
    }),
  }),
});
