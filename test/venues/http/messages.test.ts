import { expect, test } from 'vitest';
import { DependencyError } from '../../../src/guard/failure.ts';
import { readQuotes } from '../../../src/venues/http/messages.ts';

/* What a venue or a source of prices sends that is not as agreed is its failure, and none of it is used. */

const quote = { symbol: 'AAPL', bid: '1', ask: '2', bidSize: '3', askSize: '4', last: null };

test('a quote keeps its time to the ends of what Postgres and clients know', () => {
  for (const at of ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z']) {
    expect(readQuotes({ quotes: [{ ...quote, at }] }).quotes).toMatchObject([{ at: new Date(at), bid: 1n }]);
  }
});

test.each(['0000-12-31T23:59:59Z', '10000-01-01T00:00:00Z', '+010000-01-01T00:00:00Z', '2026-02-30T00:00:00Z', 'now'])(
  'a quote of %s is not believed',
  (at) => {
    expect(() => readQuotes({ quotes: [{ ...quote, at }] })).toThrow(DependencyError);
  },
);
