import type { GraphQLResolveInfo } from 'graphql';
import {
  OrderLeg,
  OrderListType,
  OrderSide,
  OrderStatus,
  OrderType,
  TimeInForce,
} from '../database/generated/enums.ts';
import { viewerOf } from '../graphql/actor.ts';
import { asksOnlyForId } from '../graphql/asks-only-for-id.ts';
import { builder } from '../graphql/builder.ts';
import type { GraphContext } from '../graphql/context.ts';
import { perRequest } from '../graphql/per-request.ts';
import { createBatch } from '../kernel/batch.ts';
import { formatDecimal } from '../kernel/decimal.ts';
import type { OrderRow, PostingRow } from '../lane/rows.ts';
import { AccountRef } from '../ledger/schema-accounts.ts';
import { accountOfRow } from '../ledger/schema-batches.ts';
import { averagePrice } from '../market/average.ts';
import type { PlacedList } from './decide-list.ts';
import { leavesQty } from './order.ts';
import type { Preview } from './preview.ts';
import { FillRef, fillsOf, instrumentOf } from './schema-fills.ts';

export const SideEnum = builder.enumType(OrderSide, { name: 'OrderSide', description: 'FIX tag 54.' });
export const TypeEnum = builder.enumType(OrderType, {
  name: 'OrderType',
  description: 'FIX tag 40; a TRAILING_STOP is a stop whose price follows the market.',
});
export const TimeInForceEnum = builder.enumType(TimeInForce, {
  name: 'TimeInForce',
  description:
    'FIX tag 59. DAY rests until its session ends, or midnight UTC where there is none; GTC rests until cancelled; IOC fills what it can at once and cancels the rest; FOK fills whole or not at all.',
});
export const StatusEnum = builder.enumType(OrderStatus, {
  name: 'OrderStatus',
  description: 'FIX tag 39. FILLED, CANCELED, REPLACED, REJECTED and EXPIRED are final.',
});
const LegEnum = builder.enumType(OrderLeg, { name: 'OrderLeg', description: 'What an order is in its list.' });
export const ListTypeEnum = builder.enumType(OrderListType, {
  name: 'OrderListType',
  description:
    'OCO: two exits, of which one trades. OTO: an entry and an order that waits for it. BRACKET: an entry and a pair of exits. The ' +
    'first fill of one of a pair, also of a part, cancels the other for good: what the one leaves goes on alone.',
});

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
          'When its time is over. Of a DAY order the end of its session, as it was known when the order was placed: where an operator ends ' +
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

const PreviewLineRef = builder.objectRef<PostingRow>('PreviewLine').implement({
  description: 'A journal line that would be booked to the account. Amounts are decimals of the asset.',
  fields: (t) => ({
    asset: t.exposeString('asset'),
    amount: t.field({
      type: 'Decimal',
      resolve: ({ amount, asset }, _, { services }) => formatDecimal(amount, services.ledger.scaleOf(asset)),
    }),
    balanceAfter: t.field({
      type: 'Decimal',
      resolve: ({ balanceAfter, asset }, _, { services }) =>
        formatDecimal(balanceAfter, services.ledger.scaleOf(asset)),
    }),
  }),
});

export const OrderPreviewRef = builder.objectRef<Preview>('OrderPreview').implement({
  description: 'Money is in the quote asset of the instrument, the hold in the asset that the order reserves.',
  fields: (t) => ({
    hold: t.field({
      type: 'Decimal',
      description: 'What the order would hold back when it is accepted; 0 of a repeat, by which nothing happens.',
      resolve: ({ hold, order }, _, { services }) => formatDecimal(hold, services.ledger.scaleOf(order.reserveAsset)),
    }),
    holdAsset: t.string({ resolve: ({ order }) => order.reserveAsset }),
    status: t.field({
      type: StatusEnum,
      description:
        'What the order would be once its venue has it: resting, filled or over. A repeat of a clientOrderId or an idempotencyKey shows what ' +
        '`placeOrder` would answer: the order that is there.',
      resolve: ({ order }) => order.status,
    }),
    reason: t.string({
      nullable: true,
      description: 'Why it would be over without being filled, as Order.reason would say it.',
      resolve: ({ order }) => order.reason,
    }),
    filledQty: t.field({
      type: 'Decimal',
      resolve: ({ order }, _, context) => formatDecimal(order.filledQty, instrumentOf(order.symbol, context).baseScale),
    }),
    averagePrice: t.field({
      type: 'Decimal',
      nullable: true,
      description: 'Of what would fill at once; null when nothing would.',
      resolve: ({ order }, _, context) =>
        order.filledQty === 0n
          ? null
          : averagePrice(order.filledValue, order.filledQty, instrumentOf(order.symbol, context)),
    }),
    fee: t.field({
      type: 'Decimal',
      resolve: ({ order }, _, context) => formatDecimal(order.fees, instrumentOf(order.symbol, context).quoteScale),
    }),
    buyingPower: t.field({
      type: 'Decimal',
      description:
        'Cash available once the venue has done with the order what it can at once: what would rest keeps its hold.',
      resolve: ({ buyingPower, order }, _, context) =>
        formatDecimal(buyingPower, instrumentOf(order.symbol, context).quoteScale),
    }),
    lines: t.field({ type: [PreviewLineRef], resolve: ({ lines }) => lines }),
  }),
});
