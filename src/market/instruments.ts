import type { InstrumentStatus } from '../database/generated/enums.ts';
import { limits } from '../limits.ts';
import type { Log } from '../telemetry/log.ts';
import type { Instrument } from './instrument.ts';
import type { MarketStore } from './store.ts';

type StatusListener = (symbol: string, status: InstrumentStatus) => void;

/** All instruments, in memory: they are few, every order needs one, and only their status ever changes. */
export interface Instruments {
  find(symbol: string): Instrument | undefined;
  /** By symbol. */
  all(): readonly Instrument[];
  /** The decimals of an asset that some instrument trades or is paid in. */
  scaleOf(asset: string): number;
  refresh(): Promise<void>;
  setStatus(symbol: string, status: InstrumentStatus): Promise<boolean>;
  /** Told of a status that changed, whichever process changed it. */
  onStatus(listener: StatusListener): void;
  stop(): void;
}

const assetScales = (instruments: readonly Instrument[]): Map<string, number> =>
  new Map(
    instruments.flatMap(({ baseAsset, baseScale, quoteAsset, quoteScale }) => [
      [baseAsset, baseScale],
      [quoteAsset, quoteScale],
    ]),
  );

/** Reads the instruments, and then again and again until stopped. */
export const createInstruments = async (options: {
  store: MarketStore;
  log: Pick<Log, 'warn'>;
}): Promise<Instruments> => {
  const { store, log } = options;
  const listeners: StatusListener[] = [];
  let list: readonly Instrument[] = [];
  let bySymbol: ReadonlyMap<string, Instrument> = new Map();
  let scales: ReadonlyMap<string, number> = new Map();
  let last: Promise<void> = Promise.resolve();
  let waiting = false;

  const read = async (): Promise<void> => {
    const before = bySymbol;
    list = await store.load();
    bySymbol = new Map(list.map((instrument) => [instrument.symbol, instrument]));
    scales = assetScales(list);
    for (const { symbol, status } of list) {
      const was = before.get(symbol)?.status;
      if (was !== undefined && was !== status) for (const listener of listeners) listener(symbol, status);
    }
  };

  /** One after the other, so that an older answer never replaces a newer one. */
  const refresh = (): Promise<void> => {
    const next = last.then(read);
    last = next.catch(() => {});
    return next;
  };

  /** A database that does not answer leaves what was known; whoever needs it for more finds out by itself. */
  const refreshQuietly = (): void => {
    if (waiting) return;
    waiting = true;
    refresh()
      .catch((error: unknown) => log.warn({ err: error }, 'instruments could not be read again'))
      .finally(() => {
        waiting = false;
      });
  };

  await refresh();
  const timer = setInterval(refreshQuietly, limits.market.refresh_ms).unref();

  return {
    find: (symbol) => bySymbol.get(symbol),
    all: () => list,
    scaleOf: (asset) => {
      const scale = scales.get(asset);
      if (scale === undefined) throw new Error(`no instrument has the asset ${asset}`);
      return scale;
    },
    refresh,
    setStatus: async (symbol, status) => {
      const changed = await store.setStatus(symbol, status);
      if (changed) await refresh();
      return changed;
    },
    onStatus: (listener) => void listeners.push(listener),
    stop: () => clearInterval(timer),
  };
};
