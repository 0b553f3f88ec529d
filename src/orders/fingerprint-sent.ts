import { fingerprintOf } from '../idempotency/once.ts';
import { shortestDecimal } from '../kernel/decimal.ts';
import type { PlaceOrderInput, PlaceOrderListInput, ReplaceOrderInput } from './input.ts';
import { timeInForceOf } from './place/check-order.ts';

/**
 * Fingerprints of commands as they were sent, also of those that are none. They hang on nothing else: instruments are listed and
 * get other ticks and lots, not in all processes at once, and a repeat must be known for one before and after.
 */

const amount = (text: string | null | undefined): string | null => (text == null ? null : shortestDecimal(text));

/** Each field in a place of its own. In JSON null and absent are the same, and no text reaches beyond its field. */
const canonical = (fields: object): string => JSON.stringify(Object.values(fields));

const orderFields = (input: PlaceOrderInput) =>
  ({
    accountId: input.accountId?.toLowerCase(),
    symbol: input.symbol,
    side: input.side,
    type: input.type,
    timeInForce: timeInForceOf(input),
    qty: amount(input.qty),
    notional: amount(input.notional),
    limitPrice: amount(input.limitPrice),
    stopPrice: amount(input.stopPrice),
    trailPrice: amount(input.trailPrice),
    trailPercent: amount(input.trailPercent),
    postOnly: input.postOnly ?? false,
    expiresAt: input.expiresAt,
    clientOrderId: input.clientOrderId,
    idempotencyKey: input.idempotencyKey,
  }) satisfies Record<keyof PlaceOrderInput, unknown>;

export const fingerprintOfOrders = (orders: readonly PlaceOrderInput[]): string =>
  fingerprintOf(...orders.map((order) => canonical(orderFields(order))));

export const fingerprintOfList = ({ type, accountId, orders }: PlaceOrderListInput): string =>
  fingerprintOf(type, accountId?.toLowerCase(), fingerprintOfOrders(orders));

export const fingerprintOfReplacement = (input: ReplaceOrderInput): string =>
  fingerprintOf(
    canonical({
      id: input.id?.toLowerCase(),
      clientOrderId: input.clientOrderId,
      accountId: input.accountId?.toLowerCase(),
      qty: amount(input.qty),
      limitPrice: amount(input.limitPrice),
      stopPrice: amount(input.stopPrice),
      trailPrice: amount(input.trailPrice),
      trailPercent: amount(input.trailPercent),
      newClientOrderId: input.newClientOrderId,
      idempotencyKey: input.idempotencyKey,
    } satisfies Record<keyof ReplaceOrderInput, unknown>),
  );
