import { afterEach, expect, test } from 'vitest';
import { limits } from '../../../src/limits.ts';
import { decideSettle } from '../../../src/orders/settle/decide-settle.ts';
import { settleNeeds } from '../../../src/orders/settle/settle-needs.ts';
import { createDispatch } from '../../../src/orders/venue/dispatch.ts';
import { tellPending } from '../../../src/orders/venue/tell.ts';
import { createPaperVenue, type PaperVenue } from '../../../src/venues/paper/paper.ts';
import { operatorOf } from '../../controls/support.ts';
import { createFaultyVenue, type Message } from '../../support/faulty-venue.ts';
import { codesOf, testClock } from '../../support/people.ts';
import { brokenPromises } from '../../support/promises.ts';
import { type Customer, fees, startTrading } from '../../support/trading.ts';

/** A server whose venue is far away: the test decides what arrives. */
const startFarAway = async ({ idempotent }: { idempotent: boolean }) => {
  const clock = testClock();
  const world = {
    sent: [] as Message[],
    isLost: (_: Message): boolean => false,
    isSilent: false,
  };
  let exchange: PaperVenue | undefined;
  const trading = await startTrading({
    clock,
    makeVenue: (options) => {
      exchange = createPaperVenue(options);
      const faulty = createFaultyVenue(exchange, {
        idempotent,
        send: (message) => {
          world.sent.push(message);
          if (!world.isLost(message)) message.arrive();
        },
        answer: (_, status) => (world.isSilent ? Promise.reject(new Error('no answer')) : status()),
      });
      return faulty.connect();
    },
  });
  const buyer = await trading.customer('100000');
  const seller = await trading.customer('100000');
  const far = { symbol: 'AAPL', type: 'LIMIT', timeInForce: 'GTC', limitPrice: '50' } as const;
  await trading.orders.place(seller.by, { symbol: 'AAPL', side: 'BUY', type: 'MARKET', timeInForce: 'IOC', qty: '10' });
  await trading.settled();
  // From here on customers meet nobody but each other.
  exchange?.stop();
  exchange?.halt('AAPL');
  exchange?.resume('AAPL');

  const place = async (who: Customer, side: 'BUY' | 'SELL', qty: string, more: object = {}) => {
    const answer = await trading.orders.place(who.by, { ...far, side, qty, ...more });
    if (!answer.ok) throw new Error(answer.failures[0]?.message);
    await trading.settled();
    return answer.value.id;
  };
  const order = async (id: string) => {
    const found = (await trading.orders.one(buyer.userId, { id })) ?? (await trading.orders.one(seller.userId, { id }));
    if (found === undefined) throw new Error('no such order');
    return found;
  };
  return {
    ...trading,
    world,
    exchange,
    clock,
    buyer,
    seller,
    place,
    order,
    status: async (id: string) => (await order(id)).status,
    /** What the venue was asked of the order, each request as often as it was sent. */
    asked: (what: string, id: string): string[] =>
      world.sent.map((message) => message.what).filter((each) => each.startsWith(`${what} ${id}`)),
    /** Lets time pass and does what is due then. */
    after: async (time_ms: number): Promise<void> => {
      clock.advance(time_ms);
      await trading.reconcile();
      await trading.settled();
    },
    lose: (...kinds: string[]): void => {
      world.isLost = ({ what }) => kinds.some((kind) => what.startsWith(kind));
    },
    heal: (): void => {
      world.isLost = () => false;
      world.isSilent = false;
    },
    held: async (who: Customer, asset = 'USD') => {
      const { rows } = await trading.database.pool.query(
        'SELECT held FROM balances WHERE account_id = $1 AND asset = $2',
        [who.accountId, asset],
      );
      return (rows[0]?.held ?? 0n) as bigint;
    },
  };
};

let far: Awaited<ReturnType<typeof startFarAway>>;
const start = async (idempotent = true): Promise<void> => {
  far = await startFarAway({ idempotent });
};
afterEach(async () => {
  expect(await brokenPromises(far.database.pool)).toEqual([]);
  await far.close();
});

const { answer_ms, askAgain_ms, recheck_ms, unknown_ms } = limits.venue;

test('an order that never reached a venue which knows its orders is sent again', async () => {
  await start();
  far.lose('submit');
  const id = await far.place(far.buyer, 'BUY', '1');
  far.heal();
  await far.after(answer_ms - 1);
  expect(await far.status(id)).toBe('PENDING_NEW');
  await far.after(1);
  expect(await far.status(id)).toBe('NEW');
});

test('an order that never reached any other venue is given up when it can no longer be on its way, and never sent twice', async () => {
  await start(false);
  far.lose('submit');
  const id = await far.place(far.buyer, 'BUY', '1');
  await far.after(answer_ms);
  expect(await far.status(id)).toBe('PENDING_NEW');
  expect(await far.held(far.buyer)).toBeGreaterThan(0n);
  await far.after(unknown_ms);
  expect(await far.order(id)).toMatchObject({ status: 'REJECTED', reason: 'NEVER_ARRIVED', reserve: 0n });
  expect(await far.held(far.buyer)).toBe(0n);
  expect(far.world.sent.filter(({ what }) => what === `submit ${id}`)).toHaveLength(1);
});

test('an order whose venue says nothing at all keeps its hold and says EXECUTION_UNKNOWN until it is known', async () => {
  await start();
  far.lose('ACKNOWLEDGED');
  far.world.isSilent = true;
  const id = await far.place(far.buyer, 'BUY', '1');
  await far.after(answer_ms);
  expect(await far.order(id)).toMatchObject({ status: 'PENDING_NEW', reason: 'EXECUTION_UNKNOWN' });
  expect(await far.held(far.buyer)).toBeGreaterThan(0n);
  const replaced = await far.orders.replace(far.buyer.by, { id, limitPrice: '51' });
  expect(replaced).toMatchObject({ ok: false, failures: [{ code: 'EXECUTION_UNKNOWN', field: ['id'] }] });
  far.heal();
  await far.after(askAgain_ms);
  expect(await far.order(id)).toMatchObject({ status: 'NEW', reason: null });
});

test('a cancel whose order, whose own way or whose answer is lost is confirmed all the same', async () => {
  await start();
  for (const lost of ['submit', 'cancel', 'CANCELED']) {
    far.lose(lost);
    const id = await far.place(far.buyer, 'BUY', '1');
    await far.orders.cancel(far.buyer.by, { id });
    await far.settled();
    far.heal();
    await far.after(answer_ms);
    expect([lost, await far.status(id)]).toEqual([lost, 'CANCELED']);
  }
  expect(await far.held(far.buyer)).toBe(0n);
});

test('a cancel that arrives before its order is no refusal, and is asked for again', async () => {
  await start(false);
  let submit: Message | undefined;
  far.world.isLost = (message) => {
    if (message.what.startsWith('submit')) submit = message;
    return message === submit;
  };
  const id = await far.place(far.buyer, 'BUY', '1');
  await far.orders.cancel(far.buyer.by, { id });
  await far.settled();
  expect(await far.status(id)).toBe('PENDING_CANCEL');
  submit?.arrive();
  await far.after(0);
  expect(await far.status(id)).toBe('CANCELED');
});

test('fills that come before the acknowledgement, and all that is said twice, count once', async () => {
  await start();
  far.world.isLost = ({ what }) => what.startsWith('ACKNOWLEDGED');
  const bought = await far.place(far.buyer, 'BUY', '3');
  await far.place(far.seller, 'SELL', '2');
  expect(await far.order(bought)).toMatchObject({ status: 'PARTIALLY_FILLED' });
  for (const message of [...far.world.sent].reverse()) message.arrive();
  for (const message of [...far.world.sent]) message.arrive();
  await far.settled();
  expect((await far.orders.fillsOf('EVERYTHING', [bought])).length).toBe(1);
  expect(await far.order(bought)).toMatchObject({ status: 'PARTIALLY_FILLED' });
});

test('a cancel that is confirmed before the last fill has come keeps the hold until that is booked', async () => {
  await start();
  far.lose('TRADE');
  const id = await far.place(far.buyer, 'BUY', '3');
  await far.place(far.seller, 'SELL', '2');
  const before = await far.held(far.buyer);
  await far.orders.cancel(far.buyer.by, { id });
  await far.settled();
  expect(await far.status(id)).toBe('PENDING_CANCEL');
  expect(await far.held(far.buyer)).toBe(before);
  // The doubt is followed at once: nobody has to wait for a deadline.
  await far.after(0);
  expect(await far.order(id)).toMatchObject({ status: 'CANCELED', reserve: 0n });
  expect((await far.orders.fillsOf('EVERYTHING', [id])).length).toBe(1);
});

test('a fill that was busted here is still counted by the venue, and neither waited for nor booked again', async () => {
  await start();
  const id = await far.place(far.buyer, 'BUY', '3');
  await far.place(far.seller, 'SELL', '2');
  const [fill] = await far.orders.fillsOf('EVERYTHING', [id]);
  await far.trades.bust(far.buyer.by, { executionId: fill?.id, reason: 'clearly erroneous' });
  for (const message of [...far.world.sent]) message.arrive();
  await far.after(recheck_ms);
  expect(await far.order(id)).toMatchObject({ status: 'NEW', qty: 10_000n, filledQty: 0n, bustedQty: 20_000n });
  await far.orders.cancel(far.buyer.by, { id });
  await far.settled();
  expect(await far.order(id)).toMatchObject({ status: 'CANCELED', filledQty: 0n, reserve: 0n });
});

test('a replacement whose confirmation is lost is found, with what its new order has filled', async () => {
  await start();
  const id = await far.place(far.buyer, 'BUY', '3');
  far.lose('REPLACED');
  const asked = await far.orders.replace(far.buyer.by, { id, qty: '5' });
  const newId = asked.ok ? (asked.value.replacement?.newOrderId ?? '') : '';
  await far.settled();
  const sold = await far.place(far.seller, 'SELL', '2');
  expect(await far.status(sold)).toBe('NEW');
  far.heal();
  await far.after(answer_ms);
  await far.after(askAgain_ms);
  await far.after(askAgain_ms);
  expect(await far.status(id)).toBe('REPLACED');
  expect(await far.status(newId)).toBe('PARTIALLY_FILLED');
  expect(await far.status(sold)).toBe('FILLED');
});

test('the name that a replacement was promised is nobody else’s until the venue answers', async () => {
  await start();
  const [id, other] = [await far.place(far.buyer, 'BUY', '3'), await far.place(far.buyer, 'BUY', '4')];
  far.lose('REPLACED');
  await far.orders.replace(far.buyer.by, { id, qty: '5', newClientOrderId: 'promised' });
  await far.settled();
  const more = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '49' } as const;
  const rivals = [
    await far.orders.place(far.buyer.by, { ...more, clientOrderId: 'promised' }),
    await far.orders.replace(far.buyer.by, { id: other, qty: '5', newClientOrderId: 'promised' }),
  ];
  expect(rivals.map(codesOf)).toEqual([['DUPLICATE_CLIENT_ORDER_ID'], ['DUPLICATE_CLIENT_ORDER_ID']]);
  expect((await far.orders.place(far.seller.by, { ...more, clientOrderId: 'promised' })).ok).toBe(true);
  far.heal();
  await far.after(answer_ms);
  expect(await far.orders.one(far.buyer.userId, { clientOrderId: 'promised' })).toMatchObject({ replacesId: id });
});

test('a refusal of an earlier replacement does not refuse the next one', async () => {
  await start();
  const id = await far.place(far.buyer, 'BUY', '3');
  far.exchange?.halt('AAPL');
  await far.orders.replace(far.buyer.by, { id, qty: '4' });
  await far.settled();
  expect(await far.status(id)).toBe('NEW');
  far.exchange?.resume('AAPL');
  far.lose('REPLACED');
  await far.orders.replace(far.buyer.by, { id, qty: '5' });
  await far.settled();
  far.world.sent.find(({ what }) => what.startsWith('REPLACE_REFUSED'))?.arrive();
  await far.settled();
  expect(await far.status(id)).toBe('PENDING_REPLACE');
  await far.after(answer_ms);
  expect(await far.status(id)).toBe('REPLACED');
});

test('a refusal that is repeated does not send the next replacement a second time', async () => {
  await start(false);
  const id = await far.place(far.buyer, 'BUY', '3');
  far.exchange?.halt('AAPL');
  await far.orders.replace(far.buyer.by, { id, qty: '4' });
  await far.settled();
  far.exchange?.resume('AAPL');
  far.lose('REPLACED');
  await far.orders.replace(far.buyer.by, { id, qty: '5' });
  await far.settled();
  far.world.sent.find(({ what }) => what.startsWith('REPLACE_REFUSED'))?.arrive();
  await far.settled();
  await far.look();
  expect(await far.status(id)).toBe('PENDING_REPLACE');
  const asked = far.asked('replace', id);
  expect(asked).toHaveLength(2);
  expect(new Set(asked).size).toBe(2);
});

test('an order that its venue does not know when it shall replace it is unknown again, and not sent again', async () => {
  await start(false);
  far.lose('submit');
  const id = await far.place(far.buyer, 'BUY', '1');
  await far.orders.replace(far.buyer.by, { id, qty: '2' });
  await far.settled();
  expect(await far.order(id)).toMatchObject({ status: 'PENDING_NEW', reason: 'EXECUTION_UNKNOWN', replacement: null });
  expect(await far.orders.replace(far.buyer.by, { id, qty: '3' })).toMatchObject({
    ok: false,
    failures: [{ code: 'EXECUTION_UNKNOWN' }],
  });
  await far.look();
  await far.after(answer_ms);
  expect(await far.status(id)).toBe('PENDING_NEW');
  expect(await far.held(far.buyer)).toBeGreaterThan(0n);
  await far.after(unknown_ms);
  expect(await far.order(id)).toMatchObject({ status: 'REJECTED', reason: 'NEVER_ARRIVED', reserve: 0n });
  expect([far.asked('submit', id).length, far.asked('replace', id).length]).toEqual([1, 1]);
});

test('an order that comes to its venue after its replacement was refused rests', async () => {
  await start(false);
  far.lose('submit');
  const id = await far.place(far.buyer, 'BUY', '1');
  await far.orders.replace(far.buyer.by, { id, qty: '2' });
  await far.settled();
  expect(await far.status(id)).toBe('PENDING_NEW');
  far.world.sent.find(({ what }) => what === `submit ${id}`)?.arrive();
  await far.settled();
  expect(await far.order(id)).toMatchObject({ status: 'NEW', reason: null, qty: 10_000n });
});

/** The way to a venue that only notes what it is told. */
const notingDispatch = (idempotent: boolean, told: string[]) => {
  const nothing = (): void => {};
  const dispatch = createDispatch({
    venue: {
      idempotent,
      submit: (orders) => void told.push(...orders.map(({ orderId }) => `submit ${orderId}`)),
      cancel: nothing,
      replace: (asked) => void told.push(...asked.map(({ newOrderId }) => `replace ${newOrderId}`)),
      quote: () => undefined,
      preview: () => [],
    },
    wake: nothing,
    published: { quote: () => undefined },
    elsewhere: { preview: async () => [] },
  });
  dispatch.take();
  return dispatch;
};

test('a replacement is told once, also where an earlier one of the same order is remembered', async () => {
  await start(false);
  const id = await far.place(far.buyer, 'BUY', '1');
  far.lose('replace');
  await far.orders.replace(far.buyer.by, { id, qty: '2' });
  await far.settled();
  const row = await far.order(id);
  const told: string[] = [];
  const dispatch = notingDispatch(false, told);
  dispatch.assumeTold([row]);
  tellPending(dispatch, [row], fees);
  expect(told).toEqual([]);
  const next = { ...row, replacement: { ...row.replacement!, newOrderId: 'the-next' } };
  for (let looks = 0; looks < 2; looks += 1) tellPending(dispatch, [next], fees);
  expect(told).toEqual(['replace the-next']);
});

test('a process that remembers nothing does not send an order again whose outcome is unknown', async () => {
  await start(false);
  far.lose('submit');
  const id = await far.place(far.buyer, 'BUY', '1');
  await far.orders.replace(far.buyer.by, { id, qty: '2' });
  await far.settled();
  for (const idempotent of [false, true]) {
    const told: string[] = [];
    tellPending(notingDispatch(idempotent, told), [await far.order(id)], fees);
    expect(told).toEqual(idempotent ? [`submit ${id}`] : []);
  }
});

test('a replacement that never arrived is asked for again, or given up', async () => {
  for (const idempotent of [true, false]) {
    await start(idempotent);
    const id = await far.place(far.buyer, 'BUY', '3');
    far.lose('replace');
    await far.orders.replace(far.buyer.by, { id, qty: '5' });
    await far.settled();
    far.heal();
    await far.after(unknown_ms);
    expect(await far.status(id)).toBe(idempotent ? 'REPLACED' : 'NEW');
    if (idempotent) await far.close();
  }
});

test('a fill of a resting order that was never heard of is found after a while', async () => {
  await start();
  const bought = await far.place(far.buyer, 'BUY', '3');
  far.lose('TRADE');
  const sold = await far.place(far.seller, 'SELL', '3');
  far.heal();
  await far.after(answer_ms);
  expect([await far.status(bought), await far.status(sold)]).toEqual(['NEW', 'NEW']);
  await far.after(recheck_ms);
  expect([await far.status(bought), await far.status(sold)]).toEqual(['FILLED', 'FILLED']);
});

test('an order by cash holds the cash that is left of it, fees taken off, until it is closed', async () => {
  await start();
  await far.place(far.seller, 'SELL', '2');
  const spender = await far.customer('1000');
  far.lose('CANCELED');
  const order = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', notional: '1000' } as const;
  const asked = await far.orders.place(spender.by, order);
  await far.settled();
  expect(asked.ok).toBe(true);
  const cash = 10n ** 8n;
  expect(await far.held(spender)).toBe(900n * cash - (100n * cash * fees.takerBps) / 10_000n);
});

test('a dead-man’s switch stays armed while an order cannot be asked yet, and asks it then', async () => {
  await start();
  const id = await far.place(far.buyer, 'BUY', '3');
  far.lose('replace');
  const asked = await far.orders.replace(far.buyer.by, { id, qty: '5' });
  await far.orders.cancelAllAfter(far.buyer.by, { seconds: 1 });
  far.clock.advance(1_000);
  await far.sweep();
  expect(await far.status(id)).toBe('PENDING_REPLACE');
  far.heal();
  await far.after(answer_ms);
  await far.sweep();
  await far.settled();
  const newId = asked.ok ? (asked.value.replacement?.newOrderId ?? '') : '';
  expect(await far.order(newId)).toMatchObject({ status: 'CANCELED', reason: 'CANCEL_ALL_AFTER' });
});

test('what is released while an operator has halted the instrument is not sent before it is resumed', async () => {
  await start();
  const operator = await operatorOf(far);
  const exit = { symbol: 'AAPL', side: 'SELL', type: 'LIMIT', limitPrice: '500', qty: '3' } as const;
  const list = await far.orders.placeList(far.buyer.by, {
    type: 'OTO',
    orders: [{ symbol: 'AAPL', side: 'BUY', type: 'LIMIT', limitPrice: '50', qty: '3' }, exit],
  });
  await far.settled();
  await far.place(far.seller, 'SELL', '2');
  const [entryId, exitId] = list.ok ? list.value.orders.map(({ id }) => id) : [];
  await far.controls.haltInstrument(operator, { symbol: 'AAPL', reason: 'a test' });
  await far.orders.cancel(far.buyer.by, { id: entryId });
  await far.settled();
  const sent = () => far.world.sent.filter(({ what }) => what === `submit ${exitId}`).length;
  expect([await far.status(exitId!), sent()]).toEqual(['ACCEPTED', 0]);
  await far.controls.resumeInstrument(operator, { symbol: 'AAPL', reason: 'a test' });
  await far.sweep();
  await far.settled();
  expect([await far.status(exitId!), sent()]).toEqual(['NEW', 1]);
});

test('a trailing stop whose moves were not heard stands where its venue has it, with its collar and its hold', async () => {
  await start();
  const id = await far.place(far.buyer, 'BUY', '1', {
    ...{ type: 'TRAILING_STOP', limitPrice: null, trailPrice: '10.00', timeInForce: undefined },
  });
  const before = await far.order(id);
  far.lose('TRAILED');
  await far.place(far.seller, 'SELL', '1');
  const bought = await far.place(far.buyer, 'BUY', '1');
  expect(await far.status(bought)).toBe('FILLED');
  expect(await far.order(id)).toMatchObject({ status: 'NEW', stopPrice: before.stopPrice, reserve: before.reserve });
  far.heal();
  await far.after(recheck_ms);
  // The market was at 50.00: a stop at 60.00, and a collar 5 % above that.
  const moved = { trailPeak: 5_000n, stopPrice: 6_000n, worstPrice: 6_300n };
  expect(await far.order(id)).toMatchObject(moved);
  expect(await far.held(far.buyer)).toBe(63n * 10n ** 8n + (63n * 10n ** 8n * 20n) / 10_000n);
  // Asked again, and told again what was overtaken, it changes nothing more.
  const { updatedAt } = await far.order(id);
  const old = { kind: 'TRAILED', orderId: id, accountId: far.buyer.accountId, symbol: 'AAPL' } as const;
  const facts = { instrumentOf: () => far.market.find('AAPL')!, rates: fees, hours: () => 'ALWAYS_OPEN' as const };
  for (const overtaken of [
    { trailPeak: 20_000n, stopPrice: 21_000n, worstPrice: 22_050n },
    { trailPeak: 5_000n, stopPrice: 6_000n, worstPrice: 9_000n },
  ]) {
    const reports = [{ ...old, ...overtaken }];
    await far.lane.settle({
      needs: settleNeeds(reports, facts.instrumentOf),
      decide: (books, at) => decideSettle(books, at, reports, { ...facts, ids: far.ids }),
    });
  }
  await far.after(recheck_ms);
  expect(await far.order(id)).toMatchObject({ ...moved, updatedAt });
});

test('a stop that is reached while its replacement is on its way is no stop any more', async () => {
  await start();
  const stop = { type: 'STOP_LIMIT', stopPrice: '300', limitPrice: '40', timeInForce: undefined };
  const id = await far.place(far.buyer, 'BUY', '1', stop);
  // Within its limit there is nobody: what was a stop rests.
  far.lose('replace');
  const asked = await far.orders.replace(far.buyer.by, { id, limitPrice: '41' });
  await far.settled();
  far.heal();
  await far.place(far.seller, 'SELL', '1', { limitPrice: '310' });
  await far.place(far.buyer, 'BUY', '1', { limitPrice: '310' });
  await far.after(answer_ms);
  const newId = asked.ok ? (asked.value.replacement?.newOrderId ?? '') : '';
  expect([await far.status(id), await far.status(newId)]).toEqual(['REPLACED', 'NEW']);
  expect(await far.order(newId)).toMatchObject({ triggeredAt: expect.any(Date), limitPrice: 4_100n });
});

test('a stop whose trigger was not heard is triggered by its fill', async () => {
  await start();
  await far.place(far.seller, 'SELL', '1');
  far.lose('TRIGGERED');
  const stop = { type: 'STOP_LIMIT', stopPrice: '45' };
  const id = await far.place(far.buyer, 'BUY', '1', stop);
  expect(await far.order(id)).toMatchObject({ status: 'FILLED', triggeredAt: expect.any(Date) });
});
