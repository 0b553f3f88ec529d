import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { PATIENCE, startTogether, type Together } from './support.ts';

/* Orders at a venue outside, over real HTTP, while it is well and while it is not. */

// Deadlines pass for real here, one after the other.
vi.setConfig({ testTimeout: 120_000 });

let all: Together;
let user: string;
beforeAll(async () => {
  all = await startTogether();
  user = await all.signIn('user@example.com', 'user123');
  await all.connected();
});
afterAll(() => all.close());
afterEach(async () => {
  await all.venue.faults();
  await all.connected();
  expect(await all.broken()).toEqual([]);
});

const limit = { type: 'LIMIT', limitPrice: '100.00' };

describe('a venue that works', () => {
  it('fills, rests, replaces and cancels', async () => {
    const market = await all.placed(user);
    await all.until(user, market, { status: 'FILLED', filledQty: '1', reason: null });

    const resting = await all.placed(user, limit);
    await all.until(user, resting, { status: 'NEW' });
    await all.ask(`mutation { replaceOrder(input: { id: "${resting}", qty: "2" }) { userErrors { code } } }`, user);
    await all.until(user, resting, { status: 'REPLACED', replacedBy: { status: 'NEW', qty: '2' } });
    const { id } = (await all.order(user, resting)).replacedBy;
    await all.ask(`mutation { cancelOrder(input: { id: "${id}" }) { userErrors { code } } }`, user);
    await all.until(user, id, { status: 'CANCELED' });
    expect(Object.values(await all.venue.received())).toEqual([1, 1, 1]);
  });

  it('takes another trail: the stop goes by the peak that it has had, and triggers where the market is through it', async () => {
    const trails = { side: 'SELL', type: 'TRAILING_STOP', trailPercent: '50' };
    const first = await all.placed(user, trails);
    await all.until(user, first, { status: 'NEW' });
    const replaced = async (id: string, trailPercent: string): Promise<string> => {
      const input = `{ id: "${id}", trailPercent: "${trailPercent}" }`;
      const { data } = await all.ask(`mutation { replaceOrder(input: ${input}) { userErrors { code } } }`, user);
      expect(data.replaceOrder.userErrors).toEqual([]);
      await all.until(user, id, { status: 'REPLACED' });
      return (await all.order(user, id)).replacedBy.id;
    };
    const wider = await replaced(first, '60');
    await all.until(user, wider, { status: 'NEW', trailPercent: '60' });
    const stopOf = async (id: string): Promise<number> => Number((await all.order(user, id)).stopPrice);
    expect(await stopOf(wider)).toBeLessThan(await stopOf(first));
    const close = await replaced(wider, '0.01');
    await vi.waitFor(async () => expect(await stopOf(close)).toBeGreaterThan(2 * (await stopOf(wider))), PATIENCE);
  });

  it('takes a hundred orders in one message', async () => {
    const orders = Array.from({ length: 100 }, () => ({ symbol: 'AAPL', side: 'BUY', qty: '0.01', ...limit }));
    const { data } = await all.ask(
      'mutation ($orders: [PlaceOrderInput!]!) { placeOrders(input: { orders: $orders }) { results { order { id } } } }',
      user,
      { orders },
    );
    const ids = data.placeOrders.results.map(({ order }: { order: { id: string } }) => order.id);
    await all.until(user, ids.at(-1), { status: 'NEW' });
    await all.ask('mutation { cancelAllOrders(input: {}) { result { asked } } }', user);
    await all.until(user, ids.at(-1), { status: 'CANCELED' });
  });
});

describe('a venue that does not', () => {
  it('is slow: its orders are executed all the same, once', async () => {
    await all.venue.faults({ delay_ms: 700 });
    const id = await all.placed(user);
    await all.until(user, id, { status: 'FILLED', reason: null });
    expect((await all.venue.received())[id]).toBe(1);
  });

  it('answers with 500: nobody knows, the hold stays, and then the order is given up', async () => {
    await all.venue.faults({ fail: 500, path: '/v1/orders' });
    const id = await all.placed(user, limit);
    await all.until(user, id, { status: 'PENDING_NEW', reason: 'EXECUTION_UNKNOWN' });
    expect(await all.held(user)).toContain('100.2');
    await all.venue.faults();
    await all.until(user, id, { status: 'REJECTED', reason: 'NEVER_ARRIVED' });
    expect(new Set(await all.held(user))).toEqual(new Set(['0']));
    expect((await all.venue.received())[id]).toBeUndefined();
  });

  it('hangs: new orders are refused at once, everything else goes on, and afterwards all is settled by itself', async () => {
    await all.venue.faults({ hang: true });
    const id = await all.placed(user, limit);
    await all.until(user, id, { status: 'PENDING_NEW', reason: 'EXECUTION_UNKNOWN' });
    expect(await all.held(user)).toContain('100.2');
    const events = await all.rows('SELECT type FROM account_events WHERE payload::text LIKE $1', `%${id}%`);
    expect(events.map(({ type }) => type)).toContain('ORDER_EXECUTION_UNKNOWN');
    // One deadline was missed and nothing is answered: that is enough for new orders, whatever the circuit needs to open.
    expect((await all.place(user, limit)).errors?.[0]?.extensions).toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    await vi.waitFor(async () => {
      const { errors, extensions } = await all.place(user, limit);
      expect(errors?.[0]?.extensions).toMatchObject({
        code: 'DEPENDENCY_UNAVAILABLE',
        dependency: 'venue:test',
        state: expect.stringMatching(/^(OPEN|HALF_OPEN)$/),
        retryAfter: 1,
      });
      expect(extensions?.dependencies).toHaveProperty('venue:test');
    }, PATIENCE);
    expect((await all.ask('{ me { username } }', user)).data.me.username).toBe('user');
    // Prices are the last ones, and say so; nothing is decided on them.
    await vi.waitFor(async () => {
      const { data, extensions } = await all.ask('{ quote(symbol: "AAPL") { ask stale } }');
      expect(data.quote).toMatchObject({ ask: expect.any(String), stale: true });
      expect(extensions?.dependencies?.quotes).toMatchObject({ stale: true });
    }, PATIENCE);

    await all.venue.faults();
    await all.until(user, id, { status: 'REJECTED', reason: 'NEVER_ARRIVED' });
    await all.connected();
    const next = await all.placed(user);
    await all.until(user, next, { status: 'FILLED' });
    const received = await all.venue.received();
    expect(Object.values(received).filter((times) => times > 1)).toEqual([]);
  });

  it('loses its answer after the execution: the order is filled, once', async () => {
    await all.venue.faults({ loseAnswers: true, path: '/v1/orders' });
    const id = await all.placed(user);
    await all.until(user, id, { status: 'FILLED', filledQty: '1', reason: null });
    expect((await all.venue.received())[id]).toBe(1);
  });

  it('loses answers and all reports of them: the order is asked for', async () => {
    await all.venue.faults({ hang: true, path: '/v1/reports' });
    // The poll that was under way is over; the next one hears nothing.
    await all.venue.nextRequest('/v1/reports');
    const id = await all.placed(user, limit);
    await all.until(user, id, { status: 'NEW' });
    expect((await all.venue.received())[id]).toBe(1);
  });

  it('repeats and loses reports: each is booked once, none is missing', async () => {
    for (const faults of [{ repeatReports: true }, { loseReports: true }]) {
      await all.venue.faults(faults);
      const ids: string[] = [];
      while (ids.length < 8) ids.push(await all.placed(user));
      for (const id of ids) await all.until(user, id, { status: 'FILLED', filledQty: '1' });
      const fills = await all.rows('SELECT 1 FROM executions WHERE order_id = ANY($1::uuid[])', ids);
      expect(fills).toHaveLength(8);
    }
  });

  it('loses the answer to a cancel: it is asked again', async () => {
    const id = await all.placed(user, limit);
    await all.until(user, id, { status: 'NEW' });
    await all.venue.faults({ hang: true, path: '/v1/cancels' });
    const arrived = all.venue.nextRequest('/v1/cancels');
    const cancel = await all.ask(
      `mutation { cancelOrder(input: { id: "${id}" }) { order { status } userErrors { code } } }`,
      user,
    );
    expect(cancel.data.cancelOrder).toEqual({ order: { status: 'PENDING_CANCEL' }, userErrors: [] });
    await arrived;
    await all.venue.faults();
    await all.until(user, id, { status: 'CANCELED' });
  });

  it('never got a replacement: the old order stays', async () => {
    const id = await all.placed(user, limit);
    await all.until(user, id, { status: 'NEW' });
    await all.venue.faults({ fail: 503, path: '/v1/replacements' });
    const arrived = all.venue.nextRequest('/v1/replacements');
    await all.ask(`mutation { replaceOrder(input: { id: "${id}", qty: "2" }) { userErrors { code } } }`, user);
    await arrived;
    await all.venue.faults();
    await all.until(user, id, { status: 'NEW', replacedBy: null });
    await all.ask(`mutation { cancelOrder(input: { id: "${id}" }) { userErrors { code } } }`, user);
    await all.until(user, id, { status: 'CANCELED' });
  });
});

describe('ends in the middle', () => {
  it('a venue that is killed and started again goes on where it was', async () => {
    const resting = await all.placed(user, limit);
    await all.until(user, resting, { status: 'NEW' });
    await all.venue.kill();
    const lost = (await all.place(user, limit)).data?.placeOrder?.order?.id as string | undefined;
    await all.venue.restart();
    await all.connected();
    if (lost !== undefined) await all.until(user, lost, { status: expect.stringMatching(/^(REJECTED|NEW)$/) });
    const filled = await all.placed(user);
    await all.until(user, filled, { status: 'FILLED' });
    await all.ask('mutation { cancelAllOrders(input: {}) { result { asked } } }', user);
    await all.until(user, resting, { status: 'CANCELED' });
  });

  it('a server that is restarted reads on behind what it has booked, and sends nothing twice', async () => {
    await all.venue.faults({ hang: true, path: '/v1/reports' });
    await all.venue.nextRequest('/v1/reports');
    const before = await all.placed(user);
    await vi.waitFor(async () => expect((await all.venue.received())[before]).toBe(1), PATIENCE);
    await all.stop();
    await all.venue.faults();
    await all.start();
    await all.connected();
    await all.until(user, before, { status: 'FILLED', filledQty: '1' });
    const after = await all.placed(user);
    await all.until(user, after, { status: 'FILLED', filledQty: '1' });
    const received = await all.venue.received();
    expect([received[before], received[after]]).toEqual([1, 1]);
    const fills = await all.rows('SELECT 1 FROM executions WHERE order_id = ANY($1::uuid[])', [before, after]);
    expect(fills).toHaveLength(2);
  });
});
