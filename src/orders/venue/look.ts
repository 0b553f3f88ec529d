import { systemTimers, type Timers } from '../../kernel/timers.ts';
import type { Lane } from '../../lane/lane.ts';
import { limits } from '../../limits.ts';
import type { Log } from '../../telemetry/log.ts';
import type { FeeRates } from '../risk.ts';
import type { OrderStore } from '../store.ts';
import type { Dispatch } from './dispatch.ts';
import { tellPending } from './tell.ts';

/**
 * Where the venue runs, finds what it has not been told: orders and cancels that other processes accepted, and what a
 * process that died could not tell any more. Looks when it is woken, and every second.
 */
export const createLook = (deps: {
  lane: Pick<Lane, 'alone'>;
  store: Pick<OrderStore, 'pending'>;
  dispatch: Dispatch;
  rates: FeeRates;
  log: Pick<Log, 'warn'>;
  timers?: Timers;
}) => {
  const { lane, store, dispatch, rates, log, timers = systemTimers } = deps;
  let waiting = false;
  let stop = (): void => {};

  const work = async (): Promise<void> => {
    waiting = false;
    if (!dispatch.isHere()) return;
    const pending = await store.pending();
    // The lease may have been lost while the database answered.
    if (!dispatch.isHere()) return;
    dispatch.keepOnly(new Set(pending.map(({ id }) => id)));
    tellPending(dispatch, pending, rates);
  };

  /** One look serves all who ask before it begins. */
  const look = async (): Promise<void> => {
    if (waiting || !dispatch.isHere()) return;
    waiting = true;
    await lane
      .alone(work)
      .catch((error: unknown) => log.warn({ err: error }, 'pending orders cannot be looked for now'));
  };

  return {
    look,
    start: (): void => {
      stop = timers.every(limits.venue.look_ms, look);
    },
    stop: (): void => stop(),
  };
};
