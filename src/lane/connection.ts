import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

export interface ConnectionOptions {
  /** A new connection in pipeline mode, whose errors somebody listens to: its statements do not wait for each other. */
  connect(): Promise<pg.Client>;
  /** Called when Postgres cannot be reached, and again when it can. */
  onConnection(up: boolean): void;
}

/** The one connection of a store, made anew after it was dropped. */
export const createConnection = ({ connect, onConnection }: ConnectionOptions) => {
  let client: pg.Client | undefined;
  let closed = false;
  return {
    is: (open: pg.Client): boolean => open === client,
    drop: (): void => {
      client?.end().catch(() => {});
      client = undefined;
    },
    /** Tries until it is there, or is wanted no more. */
    get: async (): Promise<pg.Client> => {
      for (let pause_ms = 50; client === undefined; pause_ms = Math.min(pause_ms * 2, 1_000)) {
        if (closed) throw new Error('the lane is closed');
        try {
          const opened = await connect();
          client = opened;
          onConnection(true);
        } catch {
          onConnection(false);
          await sleep(pause_ms);
        }
      }
      return client;
    },
    close: async (): Promise<void> => {
      closed = true;
      await client?.end();
      client = undefined;
    },
  };
};
