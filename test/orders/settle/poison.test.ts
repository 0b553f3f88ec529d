import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../../src/database/connect.ts';
import { limits } from '../../../src/limits.ts';
import { createPaperVenue } from '../../../src/venues/paper/paper.ts';
import { closeSound } from '../../support/close-sound.ts';
import { must } from '../../support/people.ts';
import { startTrading, type TestTrading } from '../../support/trading.ts';
import { until } from '../../support/until.ts';

let trading: TestTrading;
let rebuilt = 0;
beforeAll(async () => {
  trading = await startTrading({
    makeVenue: (options) => {
      const venue = createPaperVenue(options);
      const restore = (orders: Parameters<typeof venue.restore>[0]): void => {
        rebuilt += 1;
        venue.restore(orders);
      };
      return { ...venue, restore };
    },
  });
});
afterAll(() => closeSound(trading));

const market = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '1' } as const;

test('an order whose fill can never be booked is left out of the venue, and nobody else’s', async () => {
  const [one, other] = [await trading.customer('100000'), await trading.customer('100000')];
  const owner = await connect(trading.url);
  await owner.query(`
    CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'never'; END $$;
    CREATE TRIGGER poison BEFORE UPDATE ON orders FOR EACH ROW WHEN (NEW.client_order_id = 'poison' AND NEW.filled_qty > 0)
      EXECUTE FUNCTION poison();`);
  const before = rebuilt;
  const placed = must(
    await trading.orders.placeMany(one.by, { orders: [market, { ...market, clientOrderId: 'poison' }, market] }),
  ).map(must);
  const { id } = must(await trading.orders.place(other.by, market));
  const statusOf = async (userId: string, orderId: string) =>
    (await trading.orders.one(userId, { id: orderId }))?.status;
  await until(async () => (await statusOf(other.userId, id)) === 'FILLED');
  for (const at of [0, 2]) await until(async () => (await statusOf(one.userId, placed[at]!.id)) === 'FILLED');
  await until(() => rebuilt === before + limits.venue.bookings);
  // The venue's process looks for untold orders each second.
  await sleep(2 * limits.venue.look_ms);
  expect(rebuilt).toBe(before + limits.venue.bookings);
  expect(await trading.orders.one(one.userId, { id: placed[1]!.id })).toMatchObject({
    status: 'PENDING_NEW',
    filledQty: 0n,
  });
  const next = must(await trading.orders.place(other.by, market));
  await until(async () => (await statusOf(other.userId, next.id)) === 'FILLED');
  await owner.query('DROP TRIGGER poison ON orders; DROP FUNCTION poison');
  await owner.end();
});
