import type { InstrumentStatus } from '../database/generated/enums.ts';
import { createRefreshed } from '../kernel/refreshed.ts';
import type { Timers } from '../kernel/timers.ts';
import { owedAsset } from '../ledger/shortfall.ts';
import { limits } from '../limits.ts';
import type { Log } from '../telemetry/log.ts';
import type { Instrument } from './instrument.ts';
import type { MarketStore } from './store.ts';

type StatusListener = (symbol: string, status: InstrumentStatus) => void;
type TermsListener = (instrument: Instrument, isNew: boolean) => void;

/** All instruments, in memory: they are few, every order needs one, and they seldom change. */
export interface Instruments {
  find(symbol: string): Instrument | undefined;
  /** By symbol. */
  all(): readonly Instrument[];
  /** The decimals of an asset that some instrument trades or is paid in. */
  scaleOf(asset: string): number;
  refresh(): Promise<void>;
  /** Told of a status that changed, whichever process changed it. */
  onStatus(listener: StatusListener): void;
  /** Told of an instrument that is new, or trades on other terms than before. */
  onTerms(listener: TermsListener): void;
  stop(): void;
}

interface Listed {
  list: readonly Instrument[];
  bySymbol: ReadonlyMap<string, Instrument>;
  scales: ReadonlyMap<string, number>;
}

const listed = (list: readonly Instrument[]): Listed => ({
  list,
  bySymbol: new Map(list.map((instrument) => [instrument.symbol, instrument])),
  scales: new Map(
    list.flatMap(({ baseAsset, baseScale, quoteAsset, quoteScale }) => [
      [baseAsset, baseScale],
      [quoteAsset, quoteScale],
      [owedAsset(quoteAsset), quoteScale],
    ]),
  ),
});

/** What its book and its makers hang on. */
const terms = ['tickSize', 'lotSize', 'priceScale', 'baseScale', 'quoteScale', 'referencePrice'] as const;

/** Reads the instruments, and then again and again until stopped. */
export const createInstruments = async (options: {
  store: MarketStore;
  log: Pick<Log, 'warn'>;
  timers?: Timers;
}): Promise<Instruments> => {
  const { store, log, timers } = options;
  const listeners: StatusListener[] = [];
  const termsListeners: TermsListener[] = [];
  const known = await createRefreshed({
    read: async () => listed(await store.load()),
    every_ms: limits.market.refresh_ms,
    ...(timers && { timers }),
    failed: (error) => log.warn({ err: error }, 'instruments could not be read again'),
    changed: ({ list }, before) => {
      for (const instrument of list) {
        const { symbol, status } = instrument;
        const was = before.bySymbol.get(symbol);
        if (was === undefined || terms.some((name) => was[name] !== instrument[name])) {
          for (const listener of termsListeners) listener(instrument, was === undefined);
        }
        if (was !== undefined && was.status !== status) for (const listener of listeners) listener(symbol, status);
      }
    },
  });
  return {
    find: (symbol) => known.get().bySymbol.get(symbol),
    all: () => known.get().list,
    scaleOf: (asset) => {
      const scale = known.get().scales.get(asset);
      if (scale === undefined) throw new Error(`no instrument has the asset ${asset}`);
      return scale;
    },
    refresh: known.refresh,
    onStatus: (listener) => void listeners.push(listener),
    onTerms: (listener) => void termsListeners.push(listener),
    stop: known.stop,
  };
};
