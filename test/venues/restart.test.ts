import { expect, test } from 'vitest';
import { startTrading } from '../support/trading.ts';

test('a market goes on at the prices at which it was left', async () => {
  const first = await startTrading();
  for (let ticks = 0; ticks < 300; ticks += 1) first.venue.tick();
  await first.settled();
  const left = first.market.quote('BTC-USD')?.last ?? 0n;
  const listed = first.market.find('BTC-USD')?.referencePrice ?? 0n;
  await first.stop();

  const second = await startTrading({ url: first.database.connection.connectionString ?? '' });
  const now = second.market.quote('BTC-USD')?.last ?? 0n;
  const distance = (one: bigint, other: bigint): bigint => (one > other ? one - other : other - one);
  expect(distance(now, left)).toBeLessThan(distance(now, listed));
  // One step of the walk and half a spread, far less than what three hundred steps have moved.
  expect(distance(now, left)).toBeLessThan(left / 1_000n);
  await second.close();
  await first.close();
});
