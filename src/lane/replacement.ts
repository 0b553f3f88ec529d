/** What a pending replacement asks for; amounts are units as text, because it is kept as JSON. */
export interface Replacement {
  newOrderId: string;
  clientOrderId: string;
  /** The new total quantity less the present one. */
  qtyChange: string;
  limitPrice: string | null;
  /** Of a trailing stop, where its stop stands by the best price that was known when it was asked. */
  stopPrice: string | null;
  worstPrice: string;
  /** The new distance of a trailing stop, where that changes. */
  trail?: { price: string } | { bps: number };
  /** A cancel of everything came while it was pending: whatever is open once it is answered is asked to cancel, for this reason. */
  thenCancel?: { reason: string | null };
}
