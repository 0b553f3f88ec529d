import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RefusedError } from '../../../src/errors.ts';
import { limits } from '../../../src/limits.ts';
import type { Preview } from '../../../src/orders/place/preview.ts';
import { must } from '../../support/people.ts';
import { type Customer, startTrading, type TestTrading } from '../../support/trading.ts';
import { until } from '../../support/until.ts';

/** The venue runs in the first process; previews are asked of the second. */

let first: TestTrading;
let second: TestTrading;
beforeEach(async () => {
  first = await startTrading();
  second = await startTrading({ url: first.url });
});
afterEach(async () => {
  await second.close();
  await first.close();
});

const buy = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', limitPrice: '9.00', qty: '1' } as const;
const sell = { symbol: 'AAPL', side: 'SELL', type: 'LIMIT', limitPrice: '8.00', qty: '1' } as const;

/** All but the ids and the times, which are of one preview alone. */
const shown = ({ order, hold, fills, lines, buyingPower }: Preview) => ({
  order: { ...order, id: null, clientOrderId: null, rootOrderId: null, createdAt: null, updatedAt: null },
  hold,
  fills,
  lines: lines.map(({ asset, amount, balanceAfter }) => ({ asset, amount, balanceAfter })),
  buyingPower,
});
const refusalOf = async (answer: Promise<unknown>): Promise<object> => {
  const error = await answer.catch((thrown: unknown) => thrown);
  if (!(error instanceof RefusedError)) throw new Error('not refused');
  const { code, retryAfter_s, details } = error;
  return { code, retryAfter_s, ...details };
};

const isAnswered = (trading: TestTrading, by: Customer['by']): Promise<boolean> =>
  trading.orders.preview(by, buy).then(
    ({ ok }) => ok,
    () => false,
  );

test('an order that meets more orders than one notification names is previewed as where the venue runs', async () => {
  const seller = await first.customer('1000000');
  must(await first.orders.place(seller.by, { symbol: 'AAPL', side: 'BUY', type: 'MARKET', qty: '300' }));
  await first.settled();
  // The makers withdraw: nobody is in the way of those who wait.
  first.venue.stop();
  first.venue.halt('AAPL');
  first.venue.resume('AAPL');
  const buyer = await first.customer('1000000');
  const orders = Array.from({ length: limits.orders.perRequest }, (_, index) => ({ ...buy, qty: `0.${200 + index}` }));
  for (let batch = 0; batch < 8; batch += 1) must(await first.orders.placeMany(buyer.by, { orders }));
  await first.settled();

  const input = { ...sell, qty: '300' };
  const here = must(await first.orders.preview(seller.by, input));
  expect(here.fills.length).toBe(800);
  expect(shown(must(await second.orders.preview(seller.by, input)))).toEqual(shown(here));
});

test('without a process that runs the venue a preview is refused until there is one again, and then answered by it', async () => {
  const { by } = await first.customer('1000');
  must(await second.orders.preview(by, buy));
  await first.stop();
  const unavailable = {
    code: 'DEPENDENCY_UNAVAILABLE',
    retryAfter_s: 1,
    dependency: 'venue:paper',
    state: 'NO_ANSWER',
  };
  expect(await refusalOf(second.orders.preview(by, buy))).toEqual(unavailable);
  await until(second.runsVenue);
  await until(() => isAnswered(second, by));
});

test('what is said on the channels and is no message is left aside', async () => {
  const { by } = await first.customer('1000');
  const said = [
    '',
    'x',
    '{}',
    'null',
    JSON.stringify({ id: first.ids.next(), reply: 'x; DROP TABLE orders', order: {} }),
  ];
  for (const text of said) await first.database.pool.query("SELECT pg_notify('bourse_foresee', $1)", [text]);
  expect(must(await second.orders.preview(by, buy)).order.status).toBe('NEW');
});

test('whoever lost every connection to the database asks and answers over new ones', async () => {
  const { by } = await first.customer('1000');
  const owner = new pg.Client(first.database.connection);
  await owner.connect();
  await owner.query('SET ROLE NONE');
  await owner.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  await owner.end();
  await until(async () => {
    const runs = [first, second].map((one) => one.runsVenue());
    return runs.includes(true) && runs.includes(false) && first.ready() && second.ready();
  });
  const asks = first.runsVenue() ? second : first;
  await until(() => isAnswered(asks, by));
  expect(asks.runsVenue()).toBe(false);
});
