import type { GraphQLResolveInfo } from 'graphql';
import { viewerOf } from '../graphql/actor.ts';
import { asksOnlyForId } from '../graphql/asks-only-for-id.ts';
import { builder } from '../graphql/builder.ts';
import type { GraphContext } from '../graphql/context.ts';
import { perRequest } from '../graphql/per-request.ts';
import { createBatch } from '../kernel/batch.ts';
import { formatDecimal } from '../kernel/decimal.ts';
import type { OrderRow } from '../lane/rows.ts';
import { AccountRef } from '../ledger/schema-accounts.ts';
import { accountOfRow } from '../ledger/schema-batches.ts';
import { averagePrice } from '../market/average.ts';
import { leavesQty } from './order.ts';
import type { PlacedList } from './place/decide-list.ts';
import { LegEnum, ListTypeEnum, SideEnum, StatusEnum, TimeInForceEnum, TypeEnum } from './schema-enums.ts';
import { FillRef, fillsOf, instrumentOf } from './schema-fills.ts';

/** The other orders of a chain, by id. */
const orderBatch = perRequest((context) =>
  createBatch(async (ids: string[]) => {
    const found = await context.services.orders.several(viewerOf(context).id, ids);
    const byId = new Map(found.map((order) => [order.id, order]));
    return (id) => byId.get(id);
  }),
);

/** Its id is known from the row that names it. */
const orderInChain = (
  id: string | null,
  context: GraphContext,
  info: GraphQLResolveInfo,
): OrderRow | undefined | Promise<OrderRow | undefined> => {
  if (id === null) return undefined;
  return asksOnlyForId(info) ? ({ id } as OrderRow) : orderBatch(context)(id);
};

export const OrderRef = builder.objectRef<OrderRow>('Order');
OrderRef.implement({
  description: 'An order. Quantities are units of the instrument’s base asset, money is in its quote asset.',
  fields: (t) => {
    type Scale = 'baseScale' | 'priceScale' | 'quoteScale';
    const decimal = (scale: Scale, units: (order: OrderRow) => bigint, description?: string) =>
      t.field({
        type: 'Decimal',
        ...(description === undefined ? {} : { description }),
        resolve: (order, _, context) => formatDecimal(units(order), instrumentOf(order.symbol, context)[scale]),
      });
    const price = (units: (order: OrderRow) => bigint | null) =>
      t.field({
        type: 'Decimal',
        nullable: true,
        resolve: (order, _, context) => {
          const value = units(order);
          return value === null ? null : formatDecimal(value, instrumentOf(order.symbol, context).priceScale);
        },
      });
    const time = (at: (order: OrderRow) => Date | null) => t.field({ type: 'DateTime', nullable: true, resolve: at });
    return {
      id: t.exposeID('id'),
      clientOrderId: t.exposeString('clientOrderId', {
        description: 'Unique per account for ever; the id when the client gave none.',
      }),
      account: t.field({
        type: AccountRef,
        resolve: ({ accountId }, _, context, info) => accountOfRow(accountId, context, info),
      }),
      symbol: t.exposeString('symbol'),
      side: t.field({ type: SideEnum, resolve: ({ side }) => side }),
      type: t.field({ type: TypeEnum, resolve: ({ type }) => type }),
      timeInForce: t.field({ type: TimeInForceEnum, resolve: ({ timeInForce }) => timeInForce }),
      qty: decimal('baseScale', ({ qty }) => qty),
      filledQty: decimal('baseScale', ({ filledQty }) => filledQty),
      bustedQty: decimal(
        'baseScale',
        ({ bustedQty }) => bustedQty,
        'What was executed and then taken back by an operator; while the order is open, `qty` is what it was without it.',
      ),
      leavesQty: decimal('baseScale', leavesQty, 'What is still to be filled; 0 once the order is closed.'),
      limitPrice: price(({ limitPrice }) => limitPrice),
      stopPrice: price(({ stopPrice }) => stopPrice),
      filledAvgPrice: t.field({
        type: 'Decimal',
        nullable: true,
        description: 'The value of the fills by their quantity, to 12 decimals, rounded half up.',
        resolve: ({ filledValue, filledQty, symbol }, _, context) =>
          filledQty === 0n ? null : averagePrice(filledValue, filledQty, instrumentOf(symbol, context)),
      }),
      status: t.field({ type: StatusEnum, resolve: ({ status }) => status }),
      reason: t.exposeString('reason', {
        nullable: true,
        description:
          'Why the order was closed, if the customer did not ask. EXECUTION_UNKNOWN while nobody can say whether the venue has it.',
      }),
      fees: decimal('quoteScale', ({ fees }) => fees, 'The sum of the fills’ fees.'),
      fills: t.field({
        type: [FillRef],
        complexity: { field: 1, multiplier: 3 },
        description:
          'Oldest first. Together they are `filledQty` at `filledAvgPrice`, as long as busted ones are left out.',
        args: {
          includeBusted: t.arg.boolean({ description: 'Also those that were busted or corrected; false when absent.' }),
        },
        resolve: (order, { includeBusted }, context) => fillsOf(order, includeBusted === true, context),
      }),
      trailPrice: price(({ trailPrice }) => trailPrice),
      trailPercent: t.field({
        type: 'Decimal',
        nullable: true,
        resolve: ({ trailBps }) => (trailBps === null ? null : formatDecimal(BigInt(trailBps), 2)),
      }),
      notional: t.field({
        type: 'Decimal',
        nullable: true,
        description:
          'The cash that the order was given by. Its `qty` is what that cash pays for at the best price when the order is placed; of ' +
          'one that is FILLED, what it bought or sold. What any has traded is `filledQty`.',
        resolve: ({ notional, symbol }, _, context) =>
          notional === null ? null : formatDecimal(notional, instrumentOf(symbol, context).quoteScale),
      }),
      listId: t.exposeID('listId', { nullable: true, description: 'Shared by the orders of a list.' }),
      leg: t.field({ type: LegEnum, nullable: true, resolve: ({ leg }) => leg }),
      postOnly: t.exposeBoolean('postOnly'),
      rootOrderId: t.exposeID('rootOrderId', { description: 'The first order of a chain of replacements.' }),
      replaces: t.field({
        type: OrderRef,
        nullable: true,
        resolve: ({ replacesId }, _, context, info) => orderInChain(replacesId, context, info),
      }),
      replacedBy: t.field({
        type: OrderRef,
        nullable: true,
        resolve: ({ replacedById }, _, context, info) => orderInChain(replacedById, context, info),
      }),
      createdAt: t.field({ type: 'DateTime', resolve: ({ createdAt }) => createdAt }),
      updatedAt: t.field({ type: 'DateTime', resolve: ({ updatedAt }) => updatedAt }),
      triggeredAt: time(({ triggeredAt }) => triggeredAt),
      expiresAt: t.field({
        type: 'DateTime',
        nullable: true,
        description:
          'When its time is over: from then on it is asked to cancel, within about a quarter of a second, and a fill that the venue makes ' +
          'before it has the cancel is booked. Of a DAY order the end of its session, as it was known when the order was placed: where an operator ends ' +
          'the session before, the order is EXPIRED then.',
        resolve: ({ expiresAt }) => expiresAt,
      }),
      filledAt: time(({ filledAt }) => filledAt),
      canceledAt: time(({ canceledAt }) => canceledAt),
      expiredAt: time(({ expiredAt }) => expiredAt),
    };
  },
});

export const OrderListRef = builder.objectRef<PlacedList>('OrderList').implement({
  description: 'Orders that belong together, in the order of their legs.',
  fields: (t) => ({
    id: t.exposeID('id'),
    type: t.field({ type: ListTypeEnum, resolve: ({ type }) => type }),
    orders: t.field({ type: [OrderRef], complexity: { field: 1, multiplier: 3 }, resolve: ({ orders }) => orders }),
  }),
});
