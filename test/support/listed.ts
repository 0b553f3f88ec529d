import { catalogue } from '../../src/market/catalogue.ts';
import type { Instrument } from '../../src/market/instrument.ts';

const scaleOf = (code: string): number => catalogue.assets.find((asset) => asset.code === code)!.scale;

/** An instrument of the catalogue as the tables would give it. */
export const listed = (symbol: string, more: Partial<Instrument> = {}): Instrument => {
  const found = catalogue.instruments.find((instrument) => instrument.symbol === symbol)!;
  const scales = { baseScale: scaleOf(found.baseAsset), quoteScale: scaleOf(found.quoteAsset) };
  return { ...found, ...scales, status: 'TRADING', ...more };
};

export const allListed = (): Instrument[] => catalogue.instruments.map(({ symbol }) => listed(symbol));
