import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/venues/paper/engine.ts';
import { asks, lotSize, tickSize } from './asks.ts';
import { createNaiveDesk } from './naive-desk.ts';
import { asText, countingIds } from './support.ts';

/** Ten units of the quote asset per price unit and base unit. */
const listing = {
  symbol: 'AAPL',
  tickSize,
  lotSize,
  collarBps: 500,
  priceScale: 2,
  baseScale: 5,
  quoteScale: 8,
  unitValue: 10n,
};
const engineOf = () => createEngine({ ids: countingIds(), listings: [listing] });

/** What a desk can say, with every reason that it gives. */
const sayings = [
  'ACKNOWLEDGED',
  'CANCELED CANCELED_BY_CUSTOMER',
  'CANCELED FOK_NOT_FILLABLE',
  'CANCELED GROUP_SETTLED',
  'CANCELED INSTRUMENT_HALTED',
  'CANCELED IOC_REMAINDER',
  'CANCELED MARKET_CLOSED',
  'CANCELED NO_LIQUIDITY_WITHIN_COLLAR',
  'CANCELED NO_MARKET',
  'CANCELED POST_ONLY_WOULD_TAKE',
  'CANCELED SELF_TRADE_PREVENTION',
  'CANCEL_REFUSED TOO_LATE_TO_CANCEL',
  'CANCEL_REFUSED UNKNOWN_ORDER',
  'DEFERRED INSTRUMENT_HALTED',
  'DEFERRED MARKET_CLOSED',
  'REPLACED',
  'REPLACE_REFUSED INSTRUMENT_HALTED',
  'REPLACE_REFUSED MARKET_CLOSED',
  'REPLACE_REFUSED TOO_LATE_TO_REPLACE',
  'REPLACE_REFUSED UNKNOWN_ORDER',
  'SPENT',
  'TRADE',
  'TRAILED',
  'TRIGGERED',
];

describe('the desk of an instrument', () => {
  it('does what the plainest possible desk does, command by command', () => {
    const heard = new Set<string>();
    fc.assert(
      fc.property(asks, (commands) => {
        const engine = engineOf();
        const naive = createNaiveDesk({ ids: countingIds(), listing });
        for (const command of commands) {
          const reports = engine.execute(command);
          expect(asText(reports)).toBe(asText(naive.execute(command)));
          const desk = engine.desk('AAPL')!;
          expect(desk.last()).toBe(naive.last());
          for (const side of ['BUY', 'SELL'] as const) expect(desk.book.depth(side, 1_000)).toEqual(naive.depth(side));
          for (const report of reports) heard.add('reason' in report ? `${report.kind} ${report.reason}` : report.kind);
        }
      }),
      { numRuns: 500 },
    );
    expect([...heard].sort()).toEqual(sayings);
  });

  it('writes the same log for the same commands', () => {
    fc.assert(
      fc.property(asks, (commands) => {
        const [one, other] = [engineOf(), engineOf()];
        const log = (engine: typeof one) => commands.map((command) => asText(engine.execute(command))).join('\n');
        expect(log(one)).toBe(log(other));
      }),
      { numRuns: 100 },
    );
  });
});
