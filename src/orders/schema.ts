import { refusedArgument } from '../errors.ts';
import { actorOf, viewerOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { type Connection, connectionArgs, connectionComplexity, connectionOf, pagesOf } from '../graphql/connection.ts';
import { answerOnce } from '../graphql/idempotent.ts';
import { payloadOf, UserErrorRef } from '../graphql/user-error.ts';
import type { Result } from '../kernel/result.ts';
import type { OrderRow } from '../lane/rows.ts';
import { limits } from '../limits.ts';
import type { CancelAllReport } from './change/cancel-all.ts';
import type { ArmedSwitch } from './change/cancel-all-after.ts';
import {
  CancelAllOrdersInput,
  CancelOrderInput,
  OrderFilter,
  PlaceOrderInput,
  PlaceOrderListInput,
  PlaceOrdersInput,
  ReplaceOrderInput,
} from './schema-inputs.ts';
import { OrderListRef, OrderRef } from './schema-order.ts';
import { OrderPreviewRef } from './schema-preview.ts';

const OrderPayload = payloadOf('OrderPayload', 'order', OrderRef);
const OrderPreviewPayload = payloadOf('OrderPreviewPayload', 'preview', OrderPreviewRef, { carriesOut: false });
const PlaceOrdersPayload = builder.objectRef<Result<Result<OrderRow>[]>>('PlaceOrdersPayload').implement({
  fields: (t) => ({
    results: t.field({
      type: [OrderPayload],
      description: 'One for each order, in the order given; empty when the request as a whole was refused.',
      resolve: (result) => (result.ok ? result.value : []),
    }),
    userErrors: t.field({
      type: [UserErrorRef],
      description: 'Why the request as a whole was refused.',
      resolve: (result) => (result.ok ? [] : [...result.failures]),
    }),
  }),
});
const OrderListPayload = payloadOf('OrderListPayload', 'orderList', OrderListRef);

/** Counted only where it is asked for. */
type Found = Connection<OrderRow> & { count: () => Promise<number> };

const OrderConnection = connectionOf('Order', OrderRef);
builder.objectField(OrderConnection, 'totalCount', (t) =>
  t.int({
    complexity: 10,
    description: `How many orders fit the filter, on all pages. Of a period with more than ${limits.page.counted} only the newest of these are counted.`,
    resolve: (found) => (found as Found).count(),
  }),
);

const pages = pagesOf('orders');

builder.queryFields((t) => ({
  order: t.field({
    access: 'signedIn',
    type: OrderRef,
    nullable: true,
    description: 'One of the viewer’s orders, by id or by clientOrderId; null for any other.',
    args: { id: t.arg.id(), clientOrderId: t.arg.string() },
    resolve: (_, { id, clientOrderId }, context) => {
      const viewer = viewerOf(context).id;
      if (id != null && clientOrderId == null) return context.services.orders.one(viewer, { id });
      if (id == null && clientOrderId != null) return context.services.orders.one(viewer, { clientOrderId });
      throw refusedArgument('id', 'or "clientOrderId" is needed, and not both.');
    },
  }),
  orders: t.field({
    access: 'signedIn',
    type: OrderConnection,
    complexity: connectionComplexity,
    description: 'The viewer’s orders, newest first.',
    args: { ...connectionArgs(t), filter: t.arg({ type: OrderFilter }) },
    resolve: async (_, { filter, ...args }, context) => {
      const request = pages.request(args);
      const { orders } = context.services;
      const viewer = viewerOf(context).id;
      const page = await orders.list(viewer, filter ?? {}, request);
      const found: Found = { ...pages.connection(page, request), count: () => orders.count(viewer, filter ?? {}) };
      return found;
    },
  }),
}));

const CancelAllRef = builder.objectRef<CancelAllReport>('CancelAllResult').implement({
  fields: (t) => ({
    asked: t.exposeInt('asked', { description: 'Open orders that were asked to cancel.' }),
    left: t.exposeInt('left', {
      description:
        'Open orders that were replaced faster than they could be asked, 0 but for a storm of replacements; ask again.',
    }),
  }),
});
const CancelAllOrdersPayload = payloadOf('CancelAllOrdersPayload', 'result', CancelAllRef);

const CancelAllAfterPayload = payloadOf(
  'CancelAllAfterPayload',
  'deadline',
  builder.objectRef<ArmedSwitch>('CancelDeadline').implement({
    description: 'A dead-man’s switch.',
    fields: (t) => ({
      accountId: t.exposeID('accountId'),
      now: t.field({
        type: 'DateTime',
        description: 'The server’s time when it was done; in a repeat by key that of the first.',
        resolve: ({ now }) => now,
      }),
      cancelsAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When all open orders are asked to cancel; null while disarmed.',
        resolve: ({ deadline }) => deadline,
      }),
    }),
  }),
);

const CancelAllAfterInput = builder.inputType('CancelAllAfterInput', {
  fields: (t) => ({
    accountId: t.id({ description: 'The viewer’s only account when absent.' }),
    seconds: t.int({ required: true, description: 'From now; 0 disarms, at most 86400.' }),
    idempotencyKey: t.string({
      description: 'A repeat answers as the first did, its `now` included, and moves no deadline.',
    }),
  }),
});

/** What the venue must take for its own is not accepted while it is away; what it must only hear of waits for it. */
const newToVenue = { on: 'venue', whileOpen: 'REFUSED' } as const;
const venue = { on: 'venue', whileOpen: 'SERVED' } as const;

builder.mutationFields((t) => ({
  cancelAllAfter: t.field({
    access: 'signedIn',
    type: CancelAllAfterPayload,
    description:
      'The dead-man’s switch: unless it is called again within that time, all open orders of the account are asked to ' +
      'cancel, with the reason CANCEL_ALL_AFTER. Errors: NOT_FOUND, INVALID_INPUT, IDEMPOTENCY_*.',
    args: { input: t.arg({ type: CancelAllAfterInput, required: true }) },
    resolve: (_, { input }, context) =>
      answerOnce(context, input, (asked) => context.services.orders.cancelAllAfter(actorOf(context), asked)),
  }),
  cancelAllOrders: t.field({
    access: 'signedIn',
    dependency: venue,
    type: CancelAllOrdersPayload,
    description:
      'Asks all of the viewer’s open orders in the scope to cancel. One whose replacement is pending is asked once that is ' +
      'answered, whatever is open then. Errors: NOT_FOUND, UNKNOWN_SYMBOL, IDEMPOTENCY_*.',
    args: { input: t.arg({ type: CancelAllOrdersInput, required: true }) },
    resolve: (_, { input }, context) =>
      answerOnce(context, input, (asked) => context.services.orders.cancelAll(actorOf(context), asked)),
  }),
  placeOrder: t.field({
    access: 'signedIn',
    dependency: newToVenue,
    type: OrderPayload,
    description:
      'Places an order. The answer comes when the order and its hold are durable; fills follow. While the venue is away: ' +
      'DEPENDENCY_UNAVAILABLE, nothing was begun. ' +
      'Errors: UNKNOWN_SYMBOL, INVALID_QUANTITY, INVALID_PRICE, NOT_SUPPORTED, INSUFFICIENT_FUNDS, INSTRUMENT_HALTED, NO_MARKET, ' +
      'TRADING_BLOCKED, MARKET_CLOSED, ORDER_TOO_LARGE, DAILY_LIMIT_REACHED, TOO_MANY_OPEN_ORDERS, DUPLICATE_CLIENT_ORDER_ID, ACCOUNT_CLOSED, NOT_FOUND, IDEMPOTENCY_*.',
    args: { input: t.arg({ type: PlaceOrderInput, required: true }) },
    resolve: (_, { input }, context) =>
      answerOnce(context, input, (asked) => context.services.orders.place(actorOf(context), asked)),
  }),
  placeOrders: t.field({
    access: 'signedIn',
    dependency: newToVenue,
    type: PlaceOrdersPayload,
    complexity: ({ input }) => ({ field: 1, multiplier: Math.max(1, input.orders.length) }),
    description:
      'Places up to 100 orders, each decided by itself and answered at its own place; one refusal does not touch the others. ' +
      'Errors of the whole: INVALID_INPUT, IDEMPOTENCY_*; of each order, with fields of its own: as placeOrder, and ' +
      'INTERNAL_SERVER_ERROR for one that was not placed because of a bug, while others were.',
    args: { input: t.arg({ type: PlaceOrdersInput, required: true }) },
    resolve: (_, { input }, context) =>
      answerOnce(context, input, (asked) => context.services.orders.placeMany(actorOf(context), asked)),
  }),
  previewOrder: t.field({
    access: 'signedIn',
    dependency: venue,
    type: OrderPreviewPayload,
    description:
      'What `placeOrder` with this input would do if nothing came in between: its hold, fills, fee and journal lines, by the very ' +
      'same decisions, a repeat of its clientOrderId or idempotencyKey included. Changes nothing and uses no key up. ' +
      'Any process answers; while none runs the venue, or its books are being rebuilt: DEPENDENCY_UNAVAILABLE with the state NO_ANSWER. ' +
      'Errors: as placeOrder.',
    args: { input: t.arg({ type: PlaceOrderInput, required: true }) },
    resolve: (_, { input }, context) => {
      const idempotencyKey = input.idempotencyKey ?? context.idempotencyKey;
      return context.services.orders.preview(actorOf(context), { ...input, idempotencyKey });
    },
  }),
  placeOrderList: t.field({
    access: 'signedIn',
    dependency: newToVenue,
    type: OrderListPayload,
    complexity: { field: 1, multiplier: 3 },
    description:
      'Places orders that belong together, all or none. What waits for an entry is HELD and becomes an order for what the entry ' +
      'filled once that is closed. Of a pair of exits one trades; the other is cancelled with it. A list that is repeated with ' +
      'the `clientOrderId` of one of its orders, and the same input, is answered with the one that is there.',
    args: { input: t.arg({ type: PlaceOrderListInput, required: true }) },
    resolve: (_, { input }, context) =>
      answerOnce(context, input, (asked) => context.services.orders.placeList(actorOf(context), asked)),
  }),
  replaceOrder: t.field({
    access: 'signedIn',
    dependency: newToVenue,
    type: OrderPayload,
    description:
      'Asks the venue to put other terms in an open order’s place; `qty` is the new total, what this order has filled included. The answer ' +
      'shows the old order PENDING_REPLACE; once confirmed it is REPLACED and `replacedBy` a new order with the rest as its `qty`: of 10 ' +
      'with 4 filled, replaced by 12, the new order is one of 8 with none filled, and its own `qty` counts from there. ' +
      'Of an exit of a list only prices change; a new qty of its entry is carried to it. A STOP_LIMIT that was triggered changes ' +
      'like a LIMIT, and stays triggered. A STOP or TRAILING_STOP is too late once it is triggered. Errors: NOT_FOUND, ' +
      'TOO_LATE_TO_REPLACE, CHANGE_PENDING, NOT_SUPPORTED, DUPLICATE_CLIENT_ORDER_ID, IDEMPOTENCY_*, and all of `placeOrder`.',
    args: { input: t.arg({ type: ReplaceOrderInput, required: true }) },
    resolve: (_, { input }, context) =>
      answerOnce(context, input, (asked) => context.services.orders.replace(actorOf(context), asked)),
  }),
  cancelOrder: t.field({
    access: 'signedIn',
    dependency: venue,
    type: OrderPayload,
    description:
      'Asks the venue to take an open order off its book; what was filled stays filled. The answer shows it PENDING_CANCEL. ' +
      'Errors: NOT_FOUND, TOO_LATE_TO_CANCEL, CHANGE_PENDING while a replacement is not answered, INVALID_INPUT, IDEMPOTENCY_*.',
    args: { input: t.arg({ type: CancelOrderInput, required: true }) },
    resolve: (_, { input }, context) =>
      answerOnce(context, input, (asked) => context.services.orders.cancel(actorOf(context), asked)),
  }),
}));
