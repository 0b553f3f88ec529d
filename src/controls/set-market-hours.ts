import { operate } from '../identity/viewer/operate.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { MarketHours } from '../market/calendar.ts';
import type { ControlDeps } from './deps.ts';
import { operator } from './operator.ts';
import { saveHours } from './store.ts';

export interface MarketStatus {
  mode: MarketHours;
}

/** `setMarketHours`: whether stocks trade in sessions. This process knows at once, the others at their next reading. */
export const createSetMarketHours =
  ({ command, hours }: ControlDeps) =>
  async (
    by: Actor,
    { mode, reason = null }: { mode: MarketHours; reason?: string | null | undefined },
  ): Promise<Result<MarketStatus>> => {
    const operation = { ...operator, by, action: 'setMarketHours', target: 'market', reason, details: { mode } };
    const result = await operate<MarketStatus>(command, operation, async ({ tx, now }) => {
      await saveHours(tx, mode, now);
      return ok({ mode });
    });
    if (result.ok) await hours.refresh();
    return result;
  };
