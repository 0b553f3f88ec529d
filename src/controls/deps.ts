import type { Command } from '../audit/command.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Refreshed } from '../kernel/refreshed.ts';
import type { MarketHours } from '../market/calendar.ts';
import type { Instruments } from '../market/instruments.ts';
import type { KillSwitch } from './kill-switch.ts';
import type { ControlStore } from './store.ts';

/** What the use cases of operators take. */
export interface ControlDeps {
  command: Command;
  instruments: Pick<Instruments, 'find' | 'refresh'>;
  /** The switches that are engaged, as this process knows them. */
  switches: Refreshed<readonly KillSwitch[]>;
  hours: Refreshed<MarketHours>;
  store: ControlStore;
  clock: Clock;
  /** The decimals of accounts' currency. */
  scale: number;
}
