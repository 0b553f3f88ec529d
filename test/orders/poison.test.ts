import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { closeSound } from '../support/close-sound.ts';
import { must } from '../support/people.ts';
import { startTrading, type TestTrading } from '../support/trading.ts';
import { until } from '../support/until.ts';

let trading: TestTrading;
beforeAll(async () => {
  trading = await startTrading();
});
afterAll(() => closeSound(trading));

const market = { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '1' } as const;

test('an order whose fill can never be booked holds up nobody else’s for long', async () => {
  const [one, other] = [await trading.customer('100000'), await trading.customer('100000')];
  const owner = await connect(trading.url);
  await owner.query(`
    CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'never'; END $$;
    CREATE TRIGGER poison BEFORE UPDATE ON orders FOR EACH ROW WHEN (NEW.client_order_id = 'poison' AND NEW.filled_qty > 0)
      EXECUTE FUNCTION poison();`);
  const poisoned = must(await trading.orders.place(one.by, { ...market, clientOrderId: 'poison' }));
  const { id } = must(await trading.orders.place(other.by, { ...market, symbol: 'MSFT' }));
  await until(async () => (await trading.orders.one(other.userId, { id }))?.status === 'FILLED');
  expect(await trading.orders.one(one.userId, { id: poisoned.id })).toMatchObject({ filledQty: 0n });
  const next = must(await trading.orders.place(other.by, market));
  await until(async () => (await trading.orders.one(other.userId, { id: next.id }))?.status === 'FILLED');
  await owner.query('DROP TRIGGER poison ON orders; DROP FUNCTION poison');
  await owner.end();
});
