import { z } from 'zod';

/* What is said between processes about orders, as it is read. Integers of the instrument's units are strings, so that no reader rounds them. */

export const units = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .transform(BigInt);
export const id = z.uuid();
export const reason = z.string().min(1).max(64);
export const name = { orderId: id, accountId: id, symbol: z.string() };
export const placed = { place: units.optional() };
export const counted = { cumQty: units.optional() };
export const trailed = { trailPeak: units, stopPrice: units, worstPrice: units.optional() };
export const trail = z.union([z.object({ price: units }), z.object({ bps: z.int() })]).nullable();

export const acknowledged = z.object({ kind: z.literal('ACKNOWLEDGED'), ...name, ...placed });
export const rejected = z.object({ kind: z.literal('REJECTED'), ...name, reason });
export const canceled = z.object({ kind: z.literal('CANCELED'), ...name, ...counted, reason });
export const triggered = z.object({ kind: z.literal('TRIGGERED'), ...name, ...placed });
export const trailedOn = z.object({ kind: z.literal('TRAILED'), ...name, ...placed, ...trailed });
export const spent = z.object({ kind: z.literal('SPENT'), ...name, ...counted });

export const order = z.object({
  ...name,
  side: z.enum(['BUY', 'SELL']),
  type: z.enum(['MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT', 'TRAILING_STOP']),
  timeInForce: z.enum(['DAY', 'GTC', 'IOC', 'FOK']),
  leavesQty: units,
  worstPrice: units,
  stopPrice: units.nullable(),
  trail,
  trailPeak: units.nullable(),
  triggered: z.boolean(),
  postOnly: z.boolean(),
  budget: units.nullable(),
  group: id.nullable(),
  place: units.nullable(),
});
