import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIds } from '../../../src/kernel/ids.ts';
import {
  readAnswer,
  readPart,
  readQuestion,
  writeAnswer,
  writeQuestion,
} from '../../../src/venues/foresight/messages.ts';
import type { Foreseen, VenueOrder } from '../../../src/venues/venue.ts';
import { testClock } from '../../support/clock.ts';

const ids = createIds(testClock(new Date('2026-03-02T15:00:00Z')));
const [id, orderId, accountId] = [ids.next(), ids.next(), ids.next()];
const name = { orderId, accountId, symbol: 'AAPL' };

const units = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const perhaps = fc.option(units);
const order: fc.Arbitrary<VenueOrder> = fc.record({
  orderId: fc.constant(orderId),
  accountId: fc.constant(accountId),
  symbol: fc.string({ unit: 'binary' }),
  side: fc.constantFrom('BUY', 'SELL'),
  type: fc.constantFrom('MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT', 'TRAILING_STOP'),
  timeInForce: fc.constantFrom('DAY', 'GTC', 'IOC', 'FOK'),
  leavesQty: units,
  worstPrice: units,
  stopPrice: perhaps,
  trail: fc.option(fc.oneof(fc.record({ price: units }), fc.record({ bps: fc.integer() }))),
  trailPeak: perhaps,
  triggered: fc.boolean(),
  postOnly: fc.boolean(),
  budget: perhaps,
  group: fc.option(fc.constant(id)),
  place: perhaps,
});
const reason = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
const foreseen: fc.Arbitrary<Foreseen> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('TRADE' as const), price: units, qty: units }) },
  fc.constant({ kind: 'ACKNOWLEDGED' as const, ...name }),
  fc.constant({ kind: 'SPENT' as const, ...name }),
  fc.constant({ kind: 'TRIGGERED' as const, ...name }),
  reason.map((why) => ({ kind: 'CANCELED' as const, ...name, reason: why })),
  reason.map((why) => ({ kind: 'REJECTED' as const, ...name, reason: why })),
  reason.map((why) => ({ kind: 'DEFERRED' as const, ...name, reason: why })),
  fc
    .record({ trailPeak: units, stopPrice: units, worstPrice: units })
    .map((trailed) => ({ kind: 'TRAILED' as const, ...name, ...trailed })),
);

const partsOf = (payloads: readonly string[]) => payloads.map((payload) => readPart(payload));
const textOf = (payloads: readonly string[]): string =>
  partsOf(payloads)
    .map((part) => part?.text)
    .join('');

test('a question and its answer are read as they were meant, in pieces that the database carries', () => {
  const said = fc.array(foreseen, { size: 'xlarge', maxLength: 2_000 });
  fc.assert(
    fc.property(order, said, (asked, answer) => {
      const question = writeQuestion({ id, reply: 'bourse_foreseen_1', order: asked });
      expect(Buffer.byteLength(question)).toBeLessThan(8_000);
      expect(readQuestion(question)).toEqual({ id, reply: 'bourse_foreseen_1', order: asked });

      const payloads = writeAnswer(id, answer);
      expect(Math.max(...payloads.map((payload) => Buffer.byteLength(payload)))).toBeLessThan(8_000);
      expect(partsOf(payloads).map((part) => [part?.id, part?.index, part?.count])).toEqual(
        payloads.map((_, index) => [id, index, payloads.length]),
      );
      expect(readAnswer(textOf(payloads))).toEqual(answer);
    }),
    // To make a long answer shorter step by step takes minutes.
    { numRuns: 50, endOnFailure: true },
  );
});

test('more than an answer may be becomes the word for that, and words are answers too', () => {
  const trade: Foreseen = { kind: 'TRADE', price: 2n ** 62n, qty: 2n ** 62n };
  const longest = writeAnswer(
    id,
    Array.from({ length: 15_000 }, () => trade),
  );
  expect(longest.length).toBeGreaterThan(50);
  expect(longest.length).toBeLessThanOrEqual(100);
  const longer = writeAnswer(
    id,
    Array.from({ length: 20_000 }, () => trade),
  );
  expect([longer.length, readAnswer(textOf(longer))]).toEqual([1, 'TOO_LONG']);
  expect(readAnswer(textOf(writeAnswer(id, 'NO_BOOKS')))).toBe('NO_BOOKS');
});

test('what is no message is nothing', () => {
  const question = { id, reply: 'bourse_foreseen_1', order: {} };
  for (const text of ['', 'null', '{', '{}', '[]', '"x"', JSON.stringify(question)]) {
    expect(readQuestion(text)).toBeUndefined();
  }
  for (const text of ['', 'x', `${id} 0 1`, `${id} 0 1 `, `${id} -1 1 []`]) expect(readPart(text)).toBeUndefined();
  for (const text of ['', 'null', '{}', '[1]', '[["1"]]', '"SOMETHING"']) expect(readAnswer(text)).toBeUndefined();
});
