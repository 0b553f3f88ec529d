import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { catalogue } from '../../src/market/catalogue.ts';
import { createInstruments, type Instruments } from '../../src/market/instruments.ts';
import { createMarketStore, seedMarket } from '../../src/market/store.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { allListed } from '../support/listed.ts';
import { until } from '../support/until.ts';

let home: TestDatabase;
let database: Database;
const opened: Instruments[] = [];

const warnings: unknown[] = [];
const openInstruments = async (store = createMarketStore(database)): Promise<Instruments> => {
  const instruments = await createInstruments({
    store,
    log: { warn: (...line: unknown[]) => void warnings.push(line) },
  });
  opened.push(instruments);
  return instruments;
};

const setStatus = (symbol: string, status: 'HALTED' | 'TRADING') =>
  database.prisma.instrument.update({ where: { symbol }, data: { status } });

beforeAll(async () => {
  home = await testDatabase();
  database = await openDatabase(home.url);
});

afterAll(async () => {
  for (const instruments of opened) instruments.stop();
  await database.close();
  await home.close();
});

describe('the instruments', () => {
  it('are seeded once, by however many processes start at the same time', async () => {
    await Promise.all(Array.from({ length: 5 }, () => seedMarket(database)));
    await seedMarket(database);
    expect(await database.prisma.instrument.count()).toBe(catalogue.instruments.length);
    expect(await database.prisma.asset.count()).toBe(catalogue.assets.length);
  });

  it('come back from the table as the catalogue has them, by symbol', async () => {
    const loaded = await createMarketStore(database).load();
    const bySymbol = allListed().sort((one, other) => (one.symbol < other.symbol ? -1 : 1));
    expect(loaded).toEqual(bySymbol);
  });

  it('keep what an operator changed when they are seeded again', async () => {
    const instruments = await openInstruments();
    await setStatus('KO', 'HALTED');
    await seedMarket(database);
    await instruments.refresh();
    expect(instruments.find('KO')?.status).toBe('HALTED');
  });

  it('notice by themselves a halt that another process declared, and tell of it once', async () => {
    const [here, there] = [await openInstruments(), await openInstruments()];
    const told: string[] = [];
    const heard = new Promise<void>((done) => {
      here.onStatus((symbol, status) => {
        told.push(`${symbol} ${status}`);
        done();
      });
    });
    await setStatus('V', 'HALTED');
    await there.refresh();
    await heard;
    await here.refresh();
    expect(told).toEqual(['V HALTED']);
    expect(here.find('V')?.status).toBe('HALTED');
    expect(here.find('AAPL')?.status).toBe('TRADING');
  });

  it('know the decimals of every asset, and of no other', async () => {
    const instruments = await openInstruments();
    for (const { code, scale } of catalogue.assets) expect([code, instruments.scaleOf(code)]).toEqual([code, scale]);
    expect(() => instruments.scaleOf('NONE')).toThrow('NONE');
  });

  it('stay as they were known while the database does not answer', async () => {
    const store = createMarketStore(database);
    let down = false;
    const flaky = { ...store, load: () => (down ? Promise.reject(new Error('gone')) : store.load()) };
    const instruments = await openInstruments(flaky);
    down = true;
    await until(() => warnings.length > 0);
    expect(instruments.find('AAPL')?.name).toBe('Apple Inc.');
    expect(instruments.all()).toHaveLength(catalogue.instruments.length);
  });
});
