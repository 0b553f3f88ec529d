import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditLine } from '../../src/audit/line.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { type Command, createLane, type Lane } from '../../src/lane/lane.ts';
import { createLaneStore, type LaneStore } from '../../src/lane/store.ts';
import { transferLines } from '../../src/ledger/entries.ts';
import { house } from '../../src/ledger/house.ts';
import { limits } from '../../src/limits.ts';
import { cuttableWay } from '../support/cut.ts';
import { brokenPromises } from '../support/promises.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';

let trading: TestTrading;
let customer: Customer;
beforeAll(async () => {
  trading = await startTrading();
  customer = await trading.customer('1000000');
});
afterAll(async () => {
  expect(await brokenPromises(trading.database.pool)).toEqual([]);
  await trading.close();
});

const log = pino({ level: 'silent' });
const storeOf = (config: pg.ClientConfig): LaneStore =>
  createLaneStore({
    connect: async () => {
      const client = new pg.Client({ ...config, pipeline: true });
      client.on('error', () => {});
      await client.connect();
      return client;
    },
    onConnection: () => {},
  });

const withLane = async (store: LaneStore, use: (lane: Lane) => Promise<void>): Promise<void> => {
  const lane = createLane({ store, clock: systemClock, log, released: () => {} });
  try {
    await use(lane);
  } finally {
    await lane.drain();
    await store.close();
  }
};

/** Moves units of USD from the world to the customer, and says what it did. */
const credit = (amount: bigint, fails = false): Command<bigint> => ({
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

const cash = async (): Promise<bigint> =>
  (await trading.ledger.balancesOf('EVERYTHING', [customer.accountId]))(customer.accountId)[0]?.posted ?? 0n;
const entries = (): Promise<number> => trading.database.prisma.journalEntry.count();

test('commands that arrive together share one transaction', async () => {
  const store = storeOf(trading.database.connection);
  let batches = 0;
  const counted: LaneStore = {
    ...store,
    apply: (needs, decide) => {
      batches += 1;
      return store.apply(needs, decide);
    },
  };
  await withLane(counted, async (lane) => {
    const before = await cash();
    expect(await Promise.all([1n, 2n, 3n].map((amount) => lane.run(credit(amount))))).toEqual([1n, 2n, 3n]);
    expect(batches).toBe(1);
    expect(await cash()).toBe(before + 6n);
  });
});

test('a poisoned command is answered and the rest of its batch is booked', async () => {
  await withLane(storeOf(trading.database.connection), async (lane) => {
    const before = await cash();
    const results = await Promise.allSettled([
      lane.run(credit(10n)),
      lane.run(credit(1_000n, true)),
      lane.run(credit(20n)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await cash()).toBe(before + 30n);
  });
});

test('a command that breaks a promise of the books is refused by them', async () => {
  await withLane(storeOf(trading.database.connection), async (lane) => {
    const before = await cash();
    await expect(lane.run(credit(-before - 1n))).rejects.toThrow('below zero');
    expect(await cash()).toBe(before);
  });
});

test('a full queue refuses at once and books what it has accepted', async () => {
  await withLane(storeOf(trading.database.connection), async (lane) => {
    const before = await cash();
    const sent = Array.from({ length: limits.lane.queue + 50 }, () => lane.run(credit(1n)));
    const results = await Promise.allSettled(sent);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(50);
    expect(refused[0]?.reason).toMatchObject({ code: 'OVERLOADED', retryAfter_s: 1 });
    expect(await cash()).toBe(before + BigInt(limits.lane.queue));
  });
});

test('a command that is worth many takes their room, in a batch and in the queue', async () => {
  const store = storeOf(trading.database.connection);
  const batches: number[] = [];
  const watched: LaneStore = {
    ...store,
    apply: (needs, decide) => {
      batches.push(lane?.depth() ?? -1);
      return store.apply(needs, decide);
    },
  };
  let lane: Lane | undefined;
  const worth = (size: number): Command<bigint> => ({ ...credit(1n), size });
  const most = Math.ceil(limits.lane.batch * 0.6);
  await withLane(watched, async (made) => {
    lane = made;
    // Two of the large ones do not fit into a batch; the largest fits into none and is run all the same.
    const sizes = [most, 1, most, limits.lane.batch * 2, 1, 1];
    await Promise.all(sizes.map((size) => made.run(worth(size))));
    expect(batches).toEqual([4, 3, 2, 0]);
    const full = made.run(worth(limits.lane.queue));
    await expect(made.run(worth(1))).rejects.toMatchObject({ code: 'OVERLOADED' });
    await full;
    await made.run(worth(1));
  });
});

test('connections that are killed under load lose nothing and do nothing twice', async () => {
  const connection = { ...trading.database.connection, application_name: 'lane-under-test' };
  await withLane(storeOf(connection), async (lane) => {
    const [before, booked] = [await cash(), await entries()];
    const owner = new pg.Client(trading.database.connection);
    await owner.connect();
    await owner.query('SET ROLE NONE');
    const load = Array.from({ length: 8 }, async () => {
      for (let sent = 0; sent < 60; sent += 1) expect(await lane.run(credit(1n))).toBe(1n);
    });
    for (let kills = 0; kills < 10; kills += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await owner.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lane-under-test'",
      );
    }
    await Promise.all(load);
    await owner.end();
    expect(await cash()).toBe(before + 480n);
    expect(await entries()).toBe(booked + 480);
  });
});

test.each([true, false])(
  'a connection lost at the commit, which arrived: %s, has one effect and one answer',
  async (arrives) => {
    const address = new URL(trading.database.connection.connectionString ?? '');
    const way = await cuttableWay(address.hostname, Number(address.port));
    address.port = String(way.port);
    await withLane(storeOf({ ...trading.database.connection, connectionString: address.href }), async (lane) => {
      await lane.run(credit(1n));
      const [before, booked] = [await cash(), await entries()];
      way.cutAt('COMMIT', arrives);
      // Others go on meanwhile: what they commit must not be taken for this.
      const others = trading.ledger.deposit(customer.by, { amount: '0.01' });
      expect(await lane.run(credit(7n))).toBe(7n);
      await others;
      expect(await cash()).toBe(before + 1_000_007n);
      expect(await entries()).toBe(booked + 2);
    });
    way.close();
  },
);

test('lanes of several processes on the same accounts keep the books', async () => {
  const before = await cash();
  const lanes = Array.from({ length: 3 }, () => storeOf(trading.database.connection));
  await Promise.all(
    lanes.map((store) =>
      withLane(store, async (lane) => {
        await Promise.all(Array.from({ length: 100 }, () => lane.run(credit(1n))));
      }),
    ),
  );
  expect(await cash()).toBe(before + 300n);
});
