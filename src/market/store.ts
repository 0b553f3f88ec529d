import type { Database } from '../database/database.ts';
import { catalogue } from './catalogue.ts';
import type { Instrument } from './instrument.ts';

/** Lists what the catalogue has and the tables lack; what is there stays as it is. Several processes may do so at once. */
export const seedMarket = async ({ prisma }: Pick<Database, 'prisma'>): Promise<void> => {
  await prisma.asset.createMany({ data: [...catalogue.assets], skipDuplicates: true });
  await prisma.instrument.createMany({ data: [...catalogue.instruments], skipDuplicates: true });
};

export interface MarketStore {
  /** All instruments, by symbol. */
  load(): Promise<Instrument[]>;
}

/** In the order of code units, as JavaScript compares text: the order that cursors rely on. */
const all = `
  SELECT i.symbol, i.name, i.kind, i.base_asset AS "baseAsset", b.scale AS "baseScale", i.quote_asset AS "quoteAsset",
         q.scale AS "quoteScale", i.price_scale AS "priceScale", i.tick_size AS "tickSize", i.lot_size AS "lotSize",
         i.collar_bps AS "collarBps", i.reference_price AS "referencePrice", i.status
  FROM instruments i JOIN assets b ON b.code = i.base_asset JOIN assets q ON q.code = i.quote_asset
  ORDER BY i.symbol COLLATE "C"`;

export const createMarketStore = ({ pool }: Pick<Database, 'pool'>): MarketStore => ({
  load: async () => (await pool.query<Instrument>({ name: 'instruments', text: all })).rows,
});
