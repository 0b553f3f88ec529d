import type { Asset } from '../database/generated/client.ts';
import { parseDecimal } from '../kernel/decimal.ts';
import type { Instrument } from './instrument.ts';

/** An instrument as the table has it: the scales of its assets are theirs. */
export type CatalogueInstrument = Omit<Instrument, 'baseScale' | 'quoteScale' | 'status'>;

interface Listing {
  asset: Asset;
  instrument: CatalogueInstrument;
}

/**
 * Price × quantity is a whole number of these units as long as the decimals of an instrument's price and of its base
 * asset are together at most as many. Every listing below keeps to that.
 */
const USD: Asset = { code: 'USD', name: 'US dollar', scale: 8 };

const exact = (text: string, scale: number): bigint => {
  const units = parseDecimal(text, scale);
  if (typeof units === 'string') throw new Error(`${text} does not fit scale ${scale}`);
  return units;
};

/** Cents and ten-thousandths of a share, as US brokers with fractional shares have them. */
const stock = (symbol: string, name: string, reference: string): Listing => ({
  asset: { code: symbol, name, scale: 4 },
  instrument: {
    symbol,
    name,
    kind: 'STOCK',
    baseAsset: symbol,
    quoteAsset: USD.code,
    priceScale: 2,
    tickSize: 1n,
    lotSize: 1n,
    collarBps: 500,
    referencePrice: exact(reference, 2),
  },
});

/** The cheaper the coin, the more of its decimals are in the price and the fewer in the quantity. */
const coin = (
  code: string,
  name: string,
  priceScale: number,
  scale: number,
  reference: string,
  lot = '1',
): Listing => ({
  asset: { code, name, scale },
  instrument: {
    symbol: `${code}-USD`,
    name: `${name} / US dollar`,
    kind: 'CRYPTO',
    baseAsset: code,
    quoteAsset: USD.code,
    priceScale,
    tickSize: 1n,
    lotSize: exact(lot, 0),
    collarBps: 1_000,
    referencePrice: exact(reference, priceScale),
  },
});

/** A paper market's start: real names, prices of the right size, no claim to be today's. */
const listings: readonly Listing[] = [
  stock('AAPL', 'Apple Inc.', '230.00'),
  stock('AMD', 'Advanced Micro Devices, Inc.', '160.00'),
  stock('AMZN', 'Amazon.com, Inc.', '220.00'),
  stock('AVGO', 'Broadcom Inc.', '340.00'),
  stock('BA', 'The Boeing Company', '215.00'),
  stock('COST', 'Costco Wholesale Corporation', '940.00'),
  stock('DIS', 'The Walt Disney Company', '112.00'),
  stock('GOOGL', 'Alphabet Inc. Class A', '245.00'),
  stock('INTC', 'Intel Corporation', '36.00'),
  stock('JNJ', 'Johnson & Johnson', '185.00'),
  stock('JPM', 'JPMorgan Chase & Co.', '305.00'),
  stock('KO', 'The Coca-Cola Company', '68.00'),
  stock('META', 'Meta Platforms, Inc. Class A', '710.00'),
  stock('MSFT', 'Microsoft Corporation', '510.00'),
  stock('NFLX', 'Netflix, Inc.', '1180.00'),
  stock('NVDA', 'NVIDIA Corporation', '180.00'),
  stock('TSLA', 'Tesla, Inc.', '400.00'),
  stock('V', 'Visa Inc. Class A', '345.00'),
  coin('ADA', 'Cardano', 4, 4, '0.65'),
  coin('AVAX', 'Avalanche', 3, 5, '24.00'),
  coin('BCH', 'Bitcoin Cash', 2, 6, '520.00'),
  coin('BTC', 'Bitcoin', 2, 6, '95000.00'),
  coin('DOGE', 'Dogecoin', 5, 3, '0.18'),
  coin('DOT', 'Polkadot', 4, 4, '3.60'),
  coin('ETH', 'Ether', 2, 6, '3400.00'),
  coin('LINK', 'Chainlink', 3, 5, '17.00'),
  coin('LTC', 'Litecoin', 2, 6, '95.00'),
  coin('SHIB', 'Shiba Inu', 8, 0, '0.0000095', '1000'),
  coin('SOL', 'Solana', 3, 5, '160.00'),
  coin('XRP', 'XRP', 4, 4, '2.30'),
];

export const catalogue: { assets: readonly Asset[]; instruments: readonly CatalogueInstrument[] } = {
  assets: [USD, ...listings.map(({ asset }) => asset)],
  instruments: listings.map(({ instrument }) => instrument),
};
