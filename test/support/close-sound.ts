import { expect } from 'vitest';
import { brokenPromises } from './promises.ts';
import type { TestTrading } from './trading.ts';

/**
 * Ends the market of a file's tests, whatever they did to it: every promise holds, and the books as built again from the journal
 * too, unless the tests booked entries that stand for nothing.
 */
export const closeSound = async (trading: TestTrading, { books = true } = {}): Promise<void> => {
  expect(await brokenPromises(trading.database.pool)).toEqual([]);
  if (books) expect(await trading.ledger.checkBooks()).toMatchObject({ differences: [] });
  await trading.close();
};
