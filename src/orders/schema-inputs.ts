import { builder } from '../graphql/builder.ts';
import { ListTypeEnum, SideEnum, StatusEnum, TimeInForceEnum, TypeEnum } from './schema-enums.ts';

export const OrderFilter = builder.inputType('OrderFilter', {
  description: 'Every given field narrows the list.',
  fields: (t) => ({
    accountId: t.id(),
    symbol: t.string(),
    side: t.field({ type: SideEnum }),
    status: t.field({ type: [StatusEnum] }),
    open: t.boolean({ description: 'true: orders that can still trade; false: closed ones.' }),
    createdFrom: t.field({ type: 'DateTime', description: 'Inclusive.' }),
    createdTo: t.field({ type: 'DateTime', description: 'Exclusive.' }),
  }),
});

export const PlaceOrderInput = builder.inputType('PlaceOrderInput', {
  fields: (t) => ({
    accountId: t.id({ description: 'The viewer’s only account when absent.' }),
    symbol: t.string({ required: true }),
    side: t.field({ type: SideEnum, required: true }),
    type: t.field({ type: TypeEnum, required: true }),
    timeInForce: t.field({
      type: TimeInForceEnum,
      description: 'GTC when absent; IOC for a MARKET order, which never rests.',
    }),
    qty: t.field({ type: 'Decimal', description: 'Positive, a multiple of the instrument’s lot size.' }),
    notional: t.field({
      type: 'Decimal',
      description: 'For MARKET, instead of qty: cash in the quote asset. A buy spends at most that, fees included.',
    }),
    limitPrice: t.field({ type: 'Decimal', description: 'For LIMIT and STOP_LIMIT: a multiple of the tick size.' }),
    stopPrice: t.field({
      type: 'Decimal',
      description:
        'For STOP and STOP_LIMIT: a buy is triggered at this price or above, a sell at it or below. A STOP is then a MARKET order; a ' +
        'buy never pays more than this price and the instrument’s collar, and ends where nobody sells for that; a sell has no ' +
        'such bound: its collar hangs on what the market is when it is triggered.',
    }),
    trailPrice: t.field({ type: 'Decimal', description: 'For TRAILING_STOP: its distance from the best price since.' }),
    trailPercent: t.field({
      type: 'Decimal',
      description: 'For TRAILING_STOP, instead of trailPrice: the distance in percent, with at most two decimals.',
    }),
    postOnly: t.boolean({ description: 'For LIMIT: cancelled with POST_ONLY_WOULD_TAKE instead of taking liquidity.' }),
    expiresAt: t.field({
      type: 'DateTime',
      description:
        'For orders that may rest: when the rest is asked to cancel, looked for four times a second. What the venue executes before it ' +
        'has the cancel is booked.',
    }),
    clientOrderId: t.string({
      description: 'The client’s own name for the order, up to 128 printable ASCII characters, no space at either end.',
    }),
    idempotencyKey: t.string({ description: 'Repeats with the same key and input have one effect and one answer.' }),
  }),
});

export const PlaceOrdersInput = builder.inputType('PlaceOrdersInput', {
  fields: (t) => ({
    orders: t.field({ type: [PlaceOrderInput], required: true, description: '1 to 100.' }),
    idempotencyKey: t.string({
      description:
        'Of all orders together: a repeat with the same key and orders answers the same and places none; with others nothing is ' +
        'done. An order’s own key is of that order alone.',
    }),
  }),
});

const ListedOrderInput = builder.inputType('ListedOrderInput', {
  description: 'An order of a list; the fields mean what they mean in PlaceOrderInput.',
  fields: (t) => ({
    symbol: t.string({ required: true }),
    side: t.field({ type: SideEnum, required: true }),
    type: t.field({ type: TypeEnum, required: true }),
    timeInForce: t.field({ type: TimeInForceEnum }),
    qty: t.field({ type: 'Decimal', required: true }),
    limitPrice: t.field({ type: 'Decimal' }),
    stopPrice: t.field({ type: 'Decimal' }),
    trailPrice: t.field({ type: 'Decimal' }),
    trailPercent: t.field({ type: 'Decimal' }),
    expiresAt: t.field({ type: 'DateTime' }),
    clientOrderId: t.string(),
  }),
});

export const PlaceOrderListInput = builder.inputType('PlaceOrderListInput', {
  description:
    'OCO: a LIMIT and a stop on one side. OTO: an entry, then an order on its other side. BRACKET: an entry, then a LIMIT to take ' +
    'profit and a stop against loss. All of one symbol and one qty. No exit ends before its entry: a GTC entry has no DAY exits. A DAY ' +
    'order’s day is that of its placing, also while it waits.',
  fields: (t) => ({
    type: t.field({ type: ListTypeEnum, required: true }),
    accountId: t.id({ description: 'The viewer’s only account when absent.' }),
    orders: t.field({ type: [ListedOrderInput], required: true }),
    idempotencyKey: t.string(),
  }),
});

export const CancelAllOrdersInput = builder.inputType('CancelAllOrdersInput', {
  description: 'Every given field narrows what is cancelled.',
  fields: (t) => ({
    accountId: t.id(),
    symbol: t.string(),
    side: t.field({ type: SideEnum }),
    idempotencyKey: t.string({ description: 'A repeat answers as the first did and cancels nothing more.' }),
  }),
});

export const ReplaceOrderInput = builder.inputType('ReplaceOrderInput', {
  description: 'Either `id` or `clientOrderId`, and at least one new term.',
  fields: (t) => ({
    id: t.id(),
    clientOrderId: t.string(),
    accountId: t.id({ description: 'The viewer’s only account when absent.' }),
    qty: t.field({
      type: 'Decimal',
      description:
        'The new total of this order, what it has filled included and orders that it replaced left out; above what is filled.',
    }),
    limitPrice: t.field({ type: 'Decimal', description: 'For LIMIT and STOP_LIMIT: a multiple of the tick size.' }),
    stopPrice: t.field({ type: 'Decimal', description: 'For STOP, and for a STOP_LIMIT that was not triggered yet.' }),
    trailPrice: t.field({
      type: 'Decimal',
      description:
        'For a TRAILING_STOP that has one and was not triggered yet. The stop moves at once, from the best price that the market ' +
        'has had for the order so far; where it is reached by that, it triggers.',
    }),
    trailPercent: t.field({
      type: 'Decimal',
      description: 'For a TRAILING_STOP that has one, as `trailPrice`; which of the two it has stays as it was placed.',
    }),
    newClientOrderId: t.string({ description: 'The client’s name for the new order; its id when absent.' }),
    idempotencyKey: t.string(),
  }),
});

export const CancelOrderInput = builder.inputType('CancelOrderInput', {
  description: 'Either `id` or `clientOrderId`.',
  fields: (t) => ({
    id: t.id(),
    clientOrderId: t.string(),
    accountId: t.id({ description: 'The viewer’s only account when absent.' }),
    idempotencyKey: t.string(),
  }),
});
