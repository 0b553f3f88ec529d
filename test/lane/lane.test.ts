import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditLine } from '../../src/audit/line.ts';
import type { Command } from '../../src/lane/command.ts';
import type { Lane } from '../../src/lane/lane.ts';
import { type LaneStore, TryAgain } from '../../src/lane/store.ts';
import { limits } from '../../src/limits.ts';
import { closeSound } from '../support/close-sound.ts';
import { cuttableWay } from '../support/cut.ts';
import { type Customer, startTrading, type TestTrading } from '../support/trading.ts';
import { creditTo, storeOf, withLane } from './support.ts';

let trading: TestTrading;
let customer: Customer;
beforeAll(async () => {
  trading = await startTrading();
  customer = await trading.customer('1000000');
});
afterAll(() => closeSound(trading, { books: false }));

const credit = (amount: bigint, fails = false) => creditTo(trading, customer, amount, fails);
const cash = async (): Promise<bigint> =>
  (await trading.ledger.balancesOf('EVERYTHING', [customer.accountId]))(customer.accountId)[0]?.posted ?? 0n;
const entries = (): Promise<number> => trading.database.prisma.journalEntry.count();

test('commands that arrive together share one transaction', async () => {
  const store = storeOf(trading.database.byKeys);
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
  await withLane(storeOf(trading.database.byKeys), async (lane) => {
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

test.each<[string, (id: string) => Command<bigint>]>([
  [
    'a line of the audit log',
    (id) => ({
      ...credit(1_000n),
      decide: (books, at) => {
        const line = auditLine(id, at, { userId: null, requestId: id }, 'credit', id, { ok: true });
        books.addAudit({ ...line, details: { amount: 1n } });
        return 1n;
      },
    }),
  ],
  [
    'a time',
    () => ({
      ...credit(1_000n),
      decide: (books) => {
        books.emit(customer.accountId, 'TESTED', {}, new Date(Number.NaN));
        return 1n;
      },
    }),
  ],
])('%s that cannot be written fails its command alone, also where it is run until it is booked', async (_, unfit) => {
  await withLane(storeOf(trading.database.byKeys), async (lane) => {
    const before = await cash();
    const settled = lane.settle(unfit(trading.ids.next()));
    const results = await Promise.allSettled([lane.run(credit(10n)), settled, lane.run(credit(20n))]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: expect.any(Error) });
    expect(await cash()).toBe(before + 30n);
  });
});

/** A command of several credits, which answers what was booked of each; the negative ones cannot be. */
const credits = (amounts: readonly bigint[]): Command<(bigint | null)[]> => {
  const all = amounts.map((amount) => credit(amount < 0n ? -amount : amount, amount < 0n));
  return {
    needs: credit(0n).needs,
    parts: amounts.map((amount) => ({ amount: amount.toString() })),
    decide: (books, at, failed) =>
      all.map(({ decide }, part) => (failed.has(part) ? null : decide(books, at, new Set()))),
  };
};

test('parts of a command that cannot be booked are left out, and nothing of what was tried is left', async () => {
  await withLane(storeOf(trading.database.byKeys), async (lane) => {
    const [before, booked] = [await cash(), await entries()];
    const answers = await Promise.all([
      lane.run(credit(100n)),
      lane.run(credits([1n, -2n, 4n, 8n, -16n, 32n])),
      lane.run(credit(200n)),
    ]);
    expect(answers).toEqual([100n, [1n, null, 4n, 8n, null, 32n], 200n]);
    await expect(lane.run(credits([-1n, -2n]))).rejects.toThrow('poison');
    await expect(lane.run(credits([-1n]))).rejects.toThrow('poison');
    expect([await cash(), await entries()]).toEqual([before + 345n, booked + 6]);
  });
});

test('a command whose parts cannot be tried out is not taken for one with bad parts', async () => {
  const store = storeOf(trading.database.byKeys);
  const busy: LaneStore = { ...store, rehearse: () => Promise.reject(new TryAgain('busy')) };
  await withLane(busy, async (lane) => {
    const before = await cash();
    await expect(lane.run(credits([1n, -2n]))).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(await cash()).toBe(before);
  });
});

test('a command that breaks a promise of the books is refused by them', async () => {
  await withLane(storeOf(trading.database.byKeys), async (lane) => {
    const before = await cash();
    await expect(lane.run(credit(-before - 1n))).rejects.toThrow('below zero');
    expect(await cash()).toBe(before);
  });
});

test('a full queue refuses at once and books what it has accepted', async () => {
  await withLane(storeOf(trading.database.byKeys), async (lane) => {
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
  const store = storeOf(trading.database.byKeys);
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
  const connection = { ...trading.database.byKeys, application_name: 'lane-under-test' };
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

test('a process that stands still in a batch has lost it when it goes on, and books once', async () => {
  await withLane(storeOf(trading.database.byKeys), async (lane) => {
    const booked = await entries();
    const began = credit(7n);
    let times = 0;
    const standsStill: Command<bigint> = {
      ...began,
      decide: (...given) => {
        times += 1;
        // Nothing of this process runs meanwhile.
        const still = new Int32Array(new SharedArrayBuffer(4));
        if (times === 1) Atomics.wait(still, 0, 0, limits.database.transactionIdle_ms + 500);
        return began.decide(...given);
      },
    };
    expect(await lane.run(standsStill)).toBe(7n);
    expect(times).toBe(2);
    expect(await entries()).toBe(booked + 1);
  });
});

test.each([true, false])(
  'a connection lost at the commit, which arrived: %s, has one effect and one answer',
  async (arrives) => {
    const address = new URL(trading.database.byKeys.connectionString ?? '');
    const way = await cuttableWay(address.hostname, Number(address.port));
    address.port = String(way.port);
    await withLane(storeOf({ ...trading.database.byKeys, connectionString: address.href }), async (lane) => {
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
  const lanes = Array.from({ length: 3 }, () => storeOf(trading.database.byKeys));
  await Promise.all(
    lanes.map((store) =>
      withLane(store, async (lane) => {
        await Promise.all(Array.from({ length: 100 }, () => lane.run(credit(1n))));
      }),
    ),
  );
  expect(await cash()).toBe(before + 300n);
});

/** Adds an event, and is worth a batch beside another one. */
const event = ({ accountId }: Customer, payload: object): Command<void> => ({
  needs: { accounts: [accountId] },
  size: limits.lane.beside,
  decide: (books, at) => {
    books.emit(accountId, 'TESTED', payload, at);
    const by = { userId: null, requestId: trading.ids.next() };
    books.addAudit(auditLine(trading.ids.next(), at, by, 'event', accountId, { ok: true }));
  },
});

/** Stores that note how many batches were in flight together. */
const watchedStores = (count: number) => {
  let running = 0;
  let most = 0;
  const stores = Array.from({ length: count }, () => {
    const store = storeOf(trading.database.byKeys);
    const apply: LaneStore['apply'] = async (needs, decide) => {
      running += 1;
      most = Math.max(most, running);
      await store.apply(needs, decide).finally(() => {
        running -= 1;
      });
    };
    return { ...store, apply };
  });
  return { stores, most: () => most };
};

test('large batches that share no account are in flight together, others one after the other', async () => {
  const other = await trading.customer();
  const apart = watchedStores(2);
  await withLane(apart.stores, async (lane) => {
    await Promise.all([customer, customer, other, other].map((one) => lane.run(event(one, {}))));
  });
  expect(apart.most()).toBe(2);
  const shared = watchedStores(2);
  await withLane(shared.stores, async (lane) => {
    await Promise.all(Array.from({ length: 6 }, () => lane.run(event(customer, {}))));
  });
  expect(shared.most()).toBe(1);
  const small = watchedStores(2);
  await withLane(small.stores, async (lane) => {
    const first = lane.run({ ...event(customer, {}), size: 1 });
    await Promise.resolve();
    await Promise.all([first, lane.run({ ...event(other, {}), size: 1 })]);
  });
  expect(small.most()).toBe(1);
});

test('batches in flight together keep the order of each account and let work that must run alone be alone', async () => {
  const customers = await Promise.all(Array.from({ length: 5 }, () => trading.customer()));
  const { stores, most } = watchedStores(2);
  const sent = new Map(customers.map(({ accountId }) => [accountId, 0]));
  const committed: number[] = [];
  const seen: number[] = [];
  await withLane(stores, async (lane) => {
    const all = Array.from({ length: 44 }, async (_, at) => {
      const one = customers[(at * 7) % 5] as Customer;
      const [number, size] = [(sent.get(one.accountId) ?? 0) + 1, at % 3 === 0 ? 1 : limits.lane.beside];
      sent.set(one.accountId, number);
      const command = event(one, { number });
      const answered = lane.run({ ...command, size, committed: () => void committed.push(at) });
      if (at % 20 === 10) await lane.alone(async () => void seen.push(committed.length));
      await answered;
    });
    await Promise.all(all);
  });
  expect(most()).toBe(2);
  // What was sent before it is committed, and nothing that was sent behind it.
  expect(seen).toEqual([11, 31]);
  const events = await trading.database.prisma.accountEvent.findMany({
    where: { accountId: { in: [...sent.keys()] } },
    orderBy: { sequence: 'asc' },
  });
  for (const [accountId, count] of sent) {
    const numbers = events.filter((one) => one.accountId === accountId).map(({ payload }) => payload);
    expect(numbers).toEqual(Array.from({ length: count }, (_, at) => ({ number: at + 1 })));
  }
});

test('a connection that is killed in one of two batches leaves the other alone', async () => {
  const other = await trading.customer();
  const connection = { ...trading.database.byKeys, application_name: 'lane-beside' };
  const owner = new pg.Client(trading.database.connection);
  await owner.connect();
  await owner.query('SET ROLE NONE');
  const kill = (): Promise<unknown> =>
    owner.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lane-beside' ORDER BY random() LIMIT 1",
    );
  await withLane([storeOf(connection), storeOf(connection)], async (lane) => {
    const load = Array.from({ length: 30 }, (_, at) => lane.run(event(at % 2 === 0 ? customer : other, { at })));
    for (let kills = 0; kills < 5; kills += 1) await kill();
    await Promise.all(load);
  });
  await owner.end();
  const { rows } = await trading.database.pool.query(
    'SELECT (payload ->> $2)::int AS at FROM account_events WHERE account_id = $1 AND type = $3 ORDER BY sequence',
    [other.accountId, 'at', 'TESTED'],
  );
  expect(rows.map(({ at }) => at)).toEqual(Array.from({ length: 15 }, (_, at) => 2 * at + 1));
});
