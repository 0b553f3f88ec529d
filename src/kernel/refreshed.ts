import { systemTimers, type Timers } from './timers.ts';

/** Something small that every process knows by heart, read again and again because another process may change it. */
export interface Refreshed<Value> {
  get(): Value;
  /**
   * Reads now; one reading after the other, so that an older answer never replaces a newer one. Never rejects: who has just written is done,
   * whether or not it can be read again at once.
   */
  refresh(): Promise<void>;
  stop(): void;
}

/**
 * Reads once, and then every so often until stopped. A source that does not answer leaves what was known; `failed` is
 * told, and whoever needs the source for more finds out by itself.
 */
export const createRefreshed = async <Value>(options: {
  read(): Promise<Value>;
  every_ms: number;
  changed?(now: Value, before: Value): void;
  failed(error: unknown): void;
  timers?: Timers;
}): Promise<Refreshed<Value>> => {
  let value = await options.read();
  let last: Promise<void> = Promise.resolve();
  let waiting = false;

  const read = async (): Promise<void> => {
    const before = value;
    value = await options.read();
    options.changed?.(value, before);
  };
  const refresh = (): Promise<void> => {
    last = last.then(read).catch(options.failed);
    return last;
  };
  const refreshQuietly = async (): Promise<void> => {
    if (waiting) return;
    waiting = true;
    await refresh();
    waiting = false;
  };
  const { timers = systemTimers } = options;
  return { get: () => value, refresh, stop: timers.every(options.every_ms, refreshQuietly) };
};
