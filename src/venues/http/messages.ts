import { z } from 'zod';
import { DependencyError } from '../../guard/failure.ts';
import { isWithinYears } from '../../kernel/date-time.ts';
import {
  acknowledged,
  canceled,
  counted,
  id,
  name,
  order,
  placed,
  reason,
  rejected,
  spent,
  trail,
  trailed,
  trailedOn,
  triggered,
  units,
} from '../shapes.ts';
import type { Quote, Report, VenueOrder, VenueReplacement, VenueStatus } from '../venue.ts';

/* What goes over the wire (docs/venue-protocol.md). */

const side = z.object({ orderId: id, accountId: id }).nullable();

const trade = z.object({
  kind: z.literal('TRADE'),
  tradeId: z.string().min(1).max(64),
  symbol: z.string(),
  price: units,
  qty: units,
  takerSide: z.enum(['BUY', 'SELL']),
  taker: side,
  maker: side,
});
const replaced = z.object({
  kind: z.literal('REPLACED'),
  ...name,
  ...counted,
  ...placed,
  newOrderId: id,
  leavesQty: units,
});
const report = z.discriminatedUnion('kind', [
  trade,
  rejected,
  canceled,
  replaced,
  spent,
  acknowledged,
  z.object({ kind: z.literal('CANCEL_REFUSED'), ...name, reason }),
  z.object({ kind: z.literal('REPLACE_REFUSED'), ...name, newOrderId: id, reason }),
  triggered,
  trailedOn,
]);

const page = z.object({
  latest: z.int().min(0),
  groups: z.array(z.object({ seq: z.int().min(1), reports: z.array(report) })),
});
const status = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('OPEN'),
    executions: z.array(trade),
    triggered: z.boolean(),
    trailed: z.object(trailed).optional(),
  }),
  z.object({
    state: z.literal('CLOSED'),
    executions: z.array(trade),
    end: z.discriminatedUnion('kind', [rejected, canceled, replaced, spent]).nullable(),
  }),
]);
const VOID = z.object({ state: z.literal('VOID') });
const quote = z.object({
  symbol: z.string(),
  bid: units.nullable(),
  ask: units.nullable(),
  bidSize: units,
  askSize: units,
  last: units.nullable(),
  at: z.iso
    .datetime()
    .transform((text) => new Date(text))
    .refine(isWithinYears, 'of the years 1 to 9999'),
});

export interface ReportGroup {
  seq: number;
  reports: readonly Report[];
}

/** An answer of another shape than agreed is a failure of the venue, as one that is no JSON. */
const reader =
  <Value>(shape: z.ZodType) =>
  (value: unknown): Value => {
    const read = shape.safeParse(value);
    if (read.success) return read.data as Value;
    const [issue] = read.error.issues;
    throw new DependencyError('BAD_BODY', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unexpected answer'}`);
  };

export const readPage = reader<{ latest: number; groups: ReportGroup[] }>(page);
export const readStatus = reader<VenueStatus>(status);
export const readVoid = reader<VenueStatus | { state: 'VOID' }>(z.union([VOID, status]));
export const readQuotes = reader<{ quotes: Quote[] }>(z.object({ quotes: z.array(quote) }));

/** Units become strings, times RFC 3339; everything else is what it is. */
export const toWire = (value: object): object =>
  JSON.parse(JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part))) as object;

const replacement = z.object({
  ...name,
  newOrderId: id,
  qtyChange: units,
  worstPrice: units.nullable(),
  stopPrice: units.nullable(),
  trail,
});

/** What a venue reads: the other end of the same agreement, for the simulator. */
export const readOrders = reader<{ orders: VenueOrder[] }>(z.object({ orders: z.array(order) }));
export const readCancels = reader<{ orders: { orderId: string; accountId: string; symbol: string }[] }>(
  z.object({ orders: z.array(z.object(name)) }),
);
export const readReplacements = reader<{ replacements: VenueReplacement[] }>(
  z.object({ replacements: z.array(replacement) }),
);
export const readName = reader<{ accountId: string; symbol: string }>(z.object({ accountId: id, symbol: z.string() }));
