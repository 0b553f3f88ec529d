import { fingerprintOf } from '../../idempotency/once.ts';
import { shortestDecimal } from '../../kernel/decimal.ts';
import type { PlaceOrderInput } from '../input.ts';
import { timeInForceOf } from './check-order.ts';

const amount = (text: string | null | undefined): string | null => (text == null ? null : shortestDecimal(text));

/** Each field in a place of its own. In JSON null and absent are the same, and no text reaches beyond its field. */
const canonical = (input: PlaceOrderInput): string =>
  JSON.stringify(
    Object.values({
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
    } satisfies Record<keyof PlaceOrderInput, unknown>),
  );

/**
 * Of orders as they were sent, also of those that are none. It hangs on nothing else: instruments are listed and get other ticks
 * and lots, not in all processes at once, and a repeat must be known for one before and after.
 */
export const fingerprintOfSent = (orders: readonly PlaceOrderInput[]): string =>
  fingerprintOf(...orders.map(canonical));
