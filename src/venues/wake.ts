import type { VenueStore } from './store.ts';

/** What the process that runs the venue listens to. */
export const CHANNEL = 'bourse_pending';

/** Wakes the process that runs the venue, once for all that asked in one turn of the event loop. */
export const createWake = (store: Pick<VenueStore, 'notify'>): (() => void) => {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    setImmediate(() => {
      asked = false;
      // One that does not arrive costs a second: the other process looks by itself.
      store.notify(CHANNEL, ['']).catch(() => {});
    });
  };
};
