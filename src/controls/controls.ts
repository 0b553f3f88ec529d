import type { Sight } from '../database/viewers.ts';
import { type Session, sessionOf } from '../market/calendar.ts';
import type { Instrument } from '../market/instrument.ts';
import { type AccountLimits, limitsOf, notionalUsed } from '../orders/place/check-limits.ts';
import type { ControlDeps } from './deps.ts';
import { createSetTrading } from './halt-instrument.ts';
import { createSetAccountLimits } from './set-account-limits.ts';
import { createSetKillSwitch } from './set-kill-switch.ts';
import { createSetMarketHours, type MarketStatus } from './set-market-hours.ts';

/** What an account may do, and what it has done of it today. */
export interface ShownLimits extends AccountLimits {
  dailyNotionalUsed: bigint;
}

/** What operators do to trading while the server runs. */
export const createControls = (deps: ControlDeps) => ({
  haltInstrument: createSetTrading(deps, 'haltInstrument'),
  resumeInstrument: createSetTrading(deps, 'resumeInstrument'),
  setKillSwitch: createSetKillSwitch(deps),
  setMarketHours: createSetMarketHours(deps),
  marketStatus: (): MarketStatus => ({ mode: deps.hours.get() }),
  /** Null when the instrument trades at any hour. */
  sessionOf: ({ kind }: Pick<Instrument, 'kind'>): Session | null =>
    sessionOf(kind, deps.hours.get(), deps.clock.now()),
  setAccountLimits: createSetAccountLimits(deps),
  scale: deps.scale,
  /** Of accounts that came out of rows which their reader may see. */
  limitsOf: async (sight: Sight, accountIds: readonly string[]): Promise<(accountId: string) => ShownLimits> => {
    const rows = new Map((await deps.store.limitsOf(sight, accountIds)).map((row) => [row.accountId, row]));
    return (accountId) => {
      const row = rows.get(accountId);
      if (row === undefined) throw new Error('the account of a row does not exist');
      return { ...limitsOf(row, deps.scale), dailyNotionalUsed: notionalUsed(row, deps.clock.now()) };
    };
  },
  /** From the table, not from memory: an operator sees what is so now. */
  killSwitches: deps.store.killSwitches,
});

export type Controls = ReturnType<typeof createControls>;
