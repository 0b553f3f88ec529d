import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createIds } from '../../../src/kernel/ids.ts';
import { systemTimers, type Timers } from '../../../src/kernel/timers.ts';
import { limits } from '../../../src/limits.ts';
import { createAnswerFor } from '../../../src/venues/foresight/answer.ts';
import { createAskVenue, QUESTIONS } from '../../../src/venues/foresight/ask.ts';
import type { Foreseen, VenueOrder } from '../../../src/venues/venue.ts';
import { testClock } from '../../support/clock.ts';
import { venueOrder } from '../paper/support.ts';

const ids = createIds(testClock(new Date('2026-03-02T15:00:00Z')));
const order: VenueOrder = venueOrder(ids.next(), { accountId: ids.next() });
const trades = (count: number): Foreseen[] =>
  Array.from({ length: count }, (_, index) => ({ kind: 'TRADE', price: BigInt(index), qty: 2n ** 62n }));

interface World {
  /** What the venue foresees; undefined while it has no books. */
  foreseen?: Foreseen[];
  isRun?: boolean;
  timers?: Timers;
  /** What the notifications of an answer become on their way. */
  onTheWay?: (payloads: readonly string[]) => readonly string[];
}

/** One process that asks and one that answers. */
const processes = ({ foreseen, isRun = true, timers = systemTimers, onTheWay = (same) => same }: World) => {
  const store = {
    notify: async (channel: string, payloads: readonly string[]): Promise<void> => {
      if (channel === QUESTIONS) for (const payload of payloads) answer(payload);
      if (channel === asking.channel) for (const payload of onTheWay(payloads)) asking.heard(payload);
    },
  };
  const asking = createAskVenue({ name: 'venue:paper', store, ids, isRun: () => isRun, timers });
  const answer = createAnswerFor({
    venue: { preview: () => foreseen ?? [] },
    isHere: () => foreseen !== undefined,
    store,
    log: pino({ level: 'silent' }),
  });
  return asking;
};
const never: Timers = { ...systemTimers, sleep: () => new Promise(() => {}) };
const refusal = (state: string) => ({
  code: 'DEPENDENCY_UNAVAILABLE',
  retryAfter_s: 1,
  details: { dependency: 'venue:paper', state },
});

test('an answer is put together whatever the order of its pieces, and however often they come', async () => {
  const foreseen = trades(2_000);
  const asking = processes({ foreseen, timers: never, onTheWay: (parts) => [...parts, ...parts].reverse() });
  expect(await asking.preview(order)).toEqual(foreseen);
});

test('an answer of which a piece is lost, or none comes, is none', async () => {
  const foreseen = trades(2_000);
  for (const onTheWay of [(parts: readonly string[]) => parts.slice(1), () => []]) {
    const timers = { ...systemTimers, sleep: async () => {} };
    await expect(processes({ foreseen, timers, onTheWay }).preview(order)).rejects.toMatchObject(refusal('NO_ANSWER'));
  }
});

test('who has no books says so at once; who knows that nobody runs the venue does not ask', async () => {
  await expect(processes({ timers: never }).preview(order)).rejects.toMatchObject(refusal('NO_ANSWER'));
  const asking = processes({ foreseen: [], isRun: false, timers: never });
  await expect(asking.preview(order)).rejects.toMatchObject(refusal('NO_ANSWER'));
});

test('an answer that is too long is refused as that', async () => {
  const asking = processes({ foreseen: trades(50_000), timers: never });
  await expect(asking.preview(order)).rejects.toMatchObject(refusal('TOO_LONG'));
});

test('beyond the questions that may be open at a time nothing is asked, until one is answered', async () => {
  const held: (() => void)[] = [];
  const timers = { ...systemTimers, sleep: () => new Promise<void>((resolve) => held.push(resolve)) };
  const asking = processes({ foreseen: [], timers, onTheWay: () => [] });
  const asked = Array.from({ length: limits.venue.foresight.questions }, () => asking.preview(order));
  await expect(asking.preview(order)).rejects.toMatchObject({ code: 'OVERLOADED', retryAfter_s: 1 });
  await systemTimers.sleep(0);
  for (const end of held) end();
  await Promise.allSettled(asked);
  const again = asking.preview(order);
  await systemTimers.sleep(0);
  held.at(-1)?.();
  await expect(again).rejects.toMatchObject(refusal('NO_ANSWER'));
});
