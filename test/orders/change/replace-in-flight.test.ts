import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrderRow } from '../../../src/lane/rows.ts';
import { limits } from '../../../src/limits.ts';
import { createPaperVenue } from '../../../src/venues/paper/paper.ts';
import { closeSound } from '../../support/close-sound.ts';
import { createFaultyVenue, type Message } from '../../support/faulty-venue.ts';
import { must, testClock } from '../../support/people.ts';
import { type Customer, startTrading, type TestTrading } from '../../support/trading.ts';

/** Stops that the market moves or reaches while their replacement is on its way; the test decides what arrives, and when. */

let trading: TestTrading;
let [seller, buyer]: Customer[] = [];
const clock = testClock();
/** What is kept back, by how its name begins, and what was. */
let isKept: readonly string[] = [];
let kept: Message[] = [];
beforeAll(async () => {
  trading = await startTrading({
    clock,
    makeVenue: (options) => {
      const send = (message: Message): void => {
        if (isKept.some((name) => message.what.startsWith(name))) kept.push(message);
        else message.arrive();
      };
      const exchange = createPaperVenue(options);
      return createFaultyVenue(exchange, { idempotent: true, send, answer: (_, status) => status() }).connect();
    },
  });
  [seller, buyer] = [await trading.customer('1000000'), await trading.customer('1000000')];
  must(await trading.orders.place(seller.by, { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '100' }));
  await trading.settled();
  trading.venue.halt('AAPL');
  // From here on customers meet nobody but each other.
  trading.venue.stop();
  trading.venue.resume('AAPL');
});
afterAll(() => closeSound(trading));

const keep = (...names: string[]): void => {
  isKept = names;
};
/** Lets what was kept back arrive, other than what is lost for good. */
const arrive = async (...lost: string[]): Promise<void> => {
  keep(...lost);
  for (const message of kept.splice(0)) if (!lost.some((name) => message.what.startsWith(name))) message.arrive();
  await trading.settled();
  keep();
  kept = [];
};

const rowOf = async ({ userId }: Customer, id: string): Promise<OrderRow> => {
  const order = await trading.orders.one(userId, { id });
  if (order === undefined) throw new Error('no such order');
  return order;
};
type Placing = Omit<Parameters<TestTrading['orders']['place']>[1], 'symbol'>;
const place = async (who: Customer | undefined, input: Placing): Promise<OrderRow> => {
  const { id } = must(await trading.orders.place(who!.by, { symbol: 'AAPL', ...input }));
  await trading.settled();
  return rowOf(who!, id);
};
const limit = (side: 'BUY' | 'SELL', limitPrice: string, qty = '1') =>
  ({ side, type: 'LIMIT', qty, limitPrice }) as const;
const mark = async (price: string): Promise<void> => {
  await place(seller, limit('SELL', price));
  await place(buyer, limit('BUY', price));
};
/** Somebody with cash and ten units, and the market at a hundred. */
const holder = async (): Promise<Customer> => {
  const customer = await trading.customer('100000');
  await place(seller, limit('SELL', '100.00', '10'));
  await place(customer, limit('BUY', '100.00', '10'));
  return customer;
};
type Changes = Omit<Parameters<TestTrading['orders']['replace']>[1], 'id'>;
const ask = async (who: Customer, id: string, changes: Changes): Promise<string> => {
  const asked = must(await trading.orders.replace(who.by, { id, ...changes }));
  expect(asked.status).toBe('PENDING_REPLACE');
  await trading.settled();
  return asked.replacement?.newOrderId ?? '';
};
const trailing = { side: 'SELL', type: 'TRAILING_STOP', qty: '10' } as const;
const stopLimit = { side: 'BUY', type: 'STOP_LIMIT', qty: '2', stopPrice: '105.00', limitPrice: '90.00' } as const;

test.each([
  ['another trail', { trailPrice: '5.00' }, 10_500n],
  ['another qty', { qty: '4' }, 10_000n],
])(
  'a peak that moves while %s is on its way moves the new stop, also when its venue does not say so',
  async (_, changes, stop) => {
    const customer = await holder();
    const { id } = await place(customer, { ...trailing, trailPrice: '10.00' });
    keep('replace');
    const newId = await ask(customer, id, changes);
    await mark('110.00');
    expect(await rowOf(customer, id)).toMatchObject({
      status: 'PENDING_REPLACE',
      trailPeak: 11_000n,
      stopPrice: 10_000n,
    });
    await arrive(`TRAILED ${newId}`);
    const next = await rowOf(customer, newId);
    expect(next).toMatchObject({ status: 'NEW', trailPeak: 11_000n, stopPrice: stop });
    const name = { orderId: newId, accountId: customer.accountId, symbol: 'AAPL' };
    const { stopPrice, trailPeak, worstPrice } = next;
    expect(await trading.venue.status(name)).toMatchObject({ trailed: { stopPrice, trailPeak, worstPrice } });
    must(await trading.orders.cancel(customer.by, { id: newId }));
    await trading.settled();
  },
);

test('a peak that only the venue has heard of is told with the new order', async () => {
  const customer = await holder();
  const { id } = await place(customer, { ...trailing, trailPrice: '10.00' });
  keep('TRAILED', 'replace');
  const newId = await ask(customer, id, { trailPrice: '5.00' });
  await mark('110.00');
  await arrive(`TRAILED ${id}`);
  expect(await rowOf(customer, newId)).toMatchObject({ status: 'NEW', trailPeak: 11_000n, stopPrice: 10_500n });
  must(await trading.orders.cancel(customer.by, { id: newId }));
  await trading.settled();
});

test('a trailing stop that is reached while its replacement is on its way fills as it was', async () => {
  const customer = await holder();
  const { id } = await place(customer, { ...trailing, trailPrice: '10.00' });
  keep('replace', 'TRADE');
  const newId = await ask(customer, id, { trailPrice: '40.00', qty: '6' });
  await place(buyer, limit('BUY', '89.00', '10'));
  keep();
  await mark('90.00');
  await arrive();
  expect(await rowOf(customer, id)).toMatchObject({
    status: 'FILLED',
    filledQty: 100_000n,
    replacement: null,
    reserve: 0n,
  });
  expect(await trading.orders.one(customer.userId, { id: newId })).toBeUndefined();
});

test('a stop that is a market order by now is too late, whoever heard of its fills', async () => {
  const customer = await holder();
  const orders = [
    await place(customer, { ...trailing, qty: '2', trailPrice: '10.00' }),
    await place(customer, { side: 'SELL', type: 'STOP', qty: '2', stopPrice: '90.00' }),
  ];
  await place(buyer, limit('BUY', '89.50', '4'));
  keep(...orders.map(({ id }) => `CANCELED ${id}`), 'TRADE');
  await place(seller, limit('SELL', '90.00'));
  await place(buyer, limit('BUY', '90.00'));
  for (const { id, type } of orders) {
    expect(await rowOf(customer, id)).toMatchObject({ status: 'NEW', triggeredAt: expect.any(Date) });
    const changes = [{ qty: '1' }, type === 'STOP' ? { stopPrice: '80.00' } : { trailPrice: '20.00' }];
    for (const change of changes) {
      const answer = await trading.orders.replace(customer.by, { id, ...change });
      expect(answer).toMatchObject({ ok: false, failures: [{ code: 'TOO_LATE_TO_REPLACE' }] });
    }
  }
  await arrive();
  for (const { id } of orders) expect(await rowOf(customer, id)).toMatchObject({ status: 'FILLED' });
});

test('a stop limit that is reached while another stop is on its way is a limit order by the stop that it had', async () => {
  const customer = await holder();
  const { id } = await place(customer, stopLimit);
  keep('replace');
  const newId = await ask(customer, id, { stopPrice: '120.00', limitPrice: '91.00' });
  await mark('105.00');
  await mark('100.00');
  await arrive();
  const next = await rowOf(customer, newId);
  expect(next).toMatchObject({ status: 'NEW', stopPrice: 10_500n, limitPrice: 9_100n, triggeredAt: expect.any(Date) });
  expect(next.triggeredAt).toEqual((await rowOf(customer, id)).triggeredAt);
  await place(seller, limit('SELL', '91.00', '2'));
  expect(await rowOf(customer, newId)).toMatchObject({ status: 'FILLED' });
});

test('that a stop limit was reached before it was replaced is found out when it was never heard', async () => {
  const customer = await holder();
  const { id } = await place(customer, stopLimit);
  keep('TRIGGERED');
  await mark('105.00');
  await mark('100.00');
  const newId = await ask(customer, id, { limitPrice: '91.00' });
  await arrive('TRIGGERED');
  expect(await rowOf(customer, newId)).toMatchObject({ status: 'NEW', triggeredAt: null });
  clock.advance(limits.venue.recheck_ms);
  await trading.reconcile();
  await trading.settled();
  expect(await rowOf(customer, newId)).toMatchObject({ status: 'NEW', triggeredAt: expect.any(Date) });
});
