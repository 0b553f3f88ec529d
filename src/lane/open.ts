import { connectPipeline } from '../database/connect.ts';
import type { Database } from '../database/database.ts';
import { limits } from '../limits.ts';
import type { Log } from '../telemetry/log.ts';
import { createFreshOrders } from './fresh-orders.ts';
import { createLane, type Lane, type LaneDeps } from './lane.ts';
import { createLaneStore } from './store.ts';

export interface OpenLane extends Lane {
  /** Lets go of the database; to be drained first. */
  close(): Promise<void>;
}

/** The lane on connections of its own, one for each batch in flight. */
export const openLane = (
  database: Pick<Database, 'byKeys'>,
  { log, ...rest }: Omit<LaneDeps, 'stores'> & { log: Log },
): OpenLane => {
  const onConnection = (up: boolean): void =>
    up ? log.info('the lane is connected') : log.warn('the lane cannot reach the database');
  const fresh = createFreshOrders(limits.lane.freshOrders);
  const connect = () => connectPipeline(database.byKeys);
  const stores = Array.from({ length: limits.lane.inFlight }, () => createLaneStore({ connect, onConnection, fresh }));
  return {
    ...createLane({ stores, log, ...rest }),
    close: async () => {
      await Promise.all(stores.map((store) => store.close()));
    },
  };
};
