import pg from 'pg';
import { pino } from 'pino';
import { auditLine } from '../../src/audit/line.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import type { Command } from '../../src/lane/command.ts';
import { createFreshOrders } from '../../src/lane/fresh-orders.ts';
import { createLane, type Lane } from '../../src/lane/lane.ts';
import { createLaneStore, type LaneStore } from '../../src/lane/store.ts';
import { transferLines } from '../../src/ledger/entries.ts';
import { house } from '../../src/ledger/house.ts';
import type { Customer, TestTrading } from '../support/trading.ts';

export const log = pino({ level: 'silent' });
export const storeOf = (config: pg.ClientConfig): LaneStore =>
  createLaneStore({
    connect: async () => {
      const client = new pg.Client({ ...config, pipeline: true });
      client.on('error', () => {});
      await client.connect();
      return client;
    },
    onConnection: () => {},
    fresh: createFreshOrders(100),
  });

export const withLane = async (given: LaneStore | LaneStore[], use: (lane: Lane) => Promise<void>): Promise<void> => {
  const stores = [given].flat();
  const lane = createLane({ stores, clock: systemClock, log, released: () => {} });
  try {
    await use(lane);
  } finally {
    await lane.drain();
    await Promise.all(stores.map((store) => store.close()));
  }
};

/** Moves units of USD from the world to the customer, and says what it did. */
export const creditTo = (trading: TestTrading, customer: Customer, amount: bigint, fails = false): Command<bigint> => ({
  needs: {
    accounts: [house.world, customer.accountId],
    balances: [house.world, customer.accountId].map((accountId) => ({ accountId, asset: 'USD' })),
  },
  decide: (books, at) => {
    const id = trading.ids.next();
    books.book({ id, kind: 'DEPOSIT', reference: id, createdAt: at }, transferLines(customer.accountId, 'USD', amount));
    const by = { userId: null, requestId: trading.ids.next() };
    books.addAudit(auditLine(trading.ids.next(), at, by, 'credit', id, { ok: true }));
    if (fails) throw new Error('poison');
    return amount;
  },
});
