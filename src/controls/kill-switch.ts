import type { KillSwitchScope } from '../database/generated/enums.ts';

/** A switch that an operator has engaged: no new orders in its scope until it is released. */
export interface KillSwitch {
  scope: KillSwitchScope;
  /** An account's id, a symbol, or nothing for the whole venue. */
  target: string;
  /** Whether open orders in its scope are cancelled for as long as it is engaged. */
  cancelOpenOrders: boolean;
  reason: string;
  engagedBy: string;
  engagedAt: Date;
}

/** The switch that keeps new orders in an instrument away, whoever sends them. An account's own is a column of the account. */
export const blockingSwitch = (engaged: readonly KillSwitch[], symbol: string): KillSwitch | undefined =>
  engaged.find(({ scope, target }) => scope === 'VENUE' || (scope === 'INSTRUMENT' && target === symbol));
