import type { Config } from '../config.ts';
import { createRefreshed, type Refreshed } from '../kernel/refreshed.ts';
import type { Timers } from '../kernel/timers.ts';
import { limits } from '../limits.ts';
import type { MarketHours } from '../market/calendar.ts';
import type { Log } from '../telemetry/log.ts';
import type { KillSwitch } from './kill-switch.ts';
import type { ControlStore } from './store.ts';

/** What operators have set, as this process knows it. */
export interface KnownControls {
  /** The switches that are engaged. */
  switches: Refreshed<readonly KillSwitch[]>;
  hours: Refreshed<MarketHours>;
  /** Reads all of it now. */
  refresh(): void;
  stop(): void;
}

/** Reads what operators have set, and then again and again: another process may have taken their command, and nobody have heard of it. */
export const openControls = async (needs: {
  config: Partial<Pick<Config, 'marketHours'>>;
  store: Pick<ControlStore, 'killSwitches' | 'hours'>;
  /** Whether the venue says by itself when it is open. */
  venue: { readonly ownHours?: true };
  log: Pick<Log, 'warn'>;
  timers: Timers;
}): Promise<KnownControls> => {
  const { config, store, venue, log, timers } = needs;
  const every_ms = limits.market.refresh_ms;
  const switches = await createRefreshed({
    read: store.killSwitches,
    every_ms,
    timers,
    failed: (error) => log.warn({ err: error }, 'kill switches could not be read again'),
  });
  const hours = await createRefreshed<MarketHours>({
    read: async () => (venue.ownHours ? 'ALWAYS_OPEN' : ((await store.hours()) ?? config.marketHours ?? 'ALWAYS_OPEN')),
    every_ms,
    timers,
    failed: (error) => log.warn({ err: error }, 'market hours could not be read again'),
  });
  return {
    switches,
    hours,
    refresh: () => {
      void switches.refresh();
      void hours.refresh();
    },
    stop: () => {
      switches.stop();
      hours.stop();
    },
  };
};
