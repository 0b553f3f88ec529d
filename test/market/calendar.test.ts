import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayEnd, sessionOf, stockSession } from '../../src/market/calendar.ts';
import { holidaysOf } from '../../src/market/holidays.ts';

const at = (text: string): Date => new Date(text);
const dates = (year: number): string[] => holidaysOf(year).map((day) => new Date(day).toISOString().slice(5, 10));

describe('the calendar of stocks', () => {
  it.each([
    // The exchange's own published lists.
    [2023, '01-02 01-16 02-20 04-07 05-29 06-19 07-04 09-04 11-23 12-25'],
    [2024, '01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25'],
    [2025, '01-01 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25'],
    [2026, '01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25'],
    [2027, '01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24'],
  ])('keeps the holidays of %i', (year, wanted) => {
    expect(dates(year).join(' ')).toBe(wanted);
  });

  it('opens and closes by the clock of New York, in winter and in summer', () => {
    for (const [open, close] of [
      ['2026-03-06T14:30:00Z', '2026-03-06T21:00:00Z'],
      ['2026-03-09T13:30:00Z', '2026-03-09T20:00:00Z'],
      ['2026-10-30T13:30:00Z', '2026-10-30T20:00:00Z'],
      ['2026-11-02T14:30:00Z', '2026-11-02T21:00:00Z'],
    ] as const) {
      const session = { opensAt: at(open), closesAt: at(close) };
      expect(stockSession(at(open))).toEqual({ state: 'OPEN', ...session });
      expect(stockSession(new Date(at(open).getTime() - 1))).toEqual({ state: 'PRE_OPEN', ...session });
      expect(stockSession(new Date(at(close).getTime() - 1))).toEqual({ state: 'OPEN', ...session });
      expect(stockSession(at(close)).state).toBe('CLOSED');
      expect(stockSession(new Date(at(open).getTime() - 3 * 3_600_000 - 1)).state).toBe('CLOSED');
    }
  });

  it('skips weekends and holidays to the next session', () => {
    expect(stockSession(at('2026-07-02T21:00:00Z')).opensAt).toEqual(at('2026-07-06T13:30:00Z'));
    expect(stockSession(at('2021-12-31T15:00:00Z')).state).toBe('OPEN');
  });

  it('answers the same session from any instant before its close, and later sessions later', () => {
    const instant = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2034, 0, 1) });
    const minutes = (date: Date): number => {
      const [hour, minute] = date
        .toLocaleTimeString('en-GB', { timeZone: 'America/New_York', hour: '2-digit', minute: '2-digit' })
        .split(':')
        .map(Number);
      return (hour ?? 0) * 60 + (minute ?? 0);
    };
    fc.assert(
      fc.property(instant, (ms) => {
        const { state, opensAt, closesAt } = stockSession(new Date(ms));
        expect(closesAt.getTime() - opensAt.getTime()).toBe(6.5 * 3_600_000);
        expect(minutes(opensAt)).toBe(9 * 60 + 30);
        expect(ms).toBeLessThan(closesAt.getTime());
        expect(state === 'OPEN').toBe(ms >= opensAt.getTime());
        expect(stockSession(opensAt)).toEqual({ state: 'OPEN', opensAt, closesAt });
        const next = stockSession(closesAt);
        expect(next.opensAt.getTime()).toBeGreaterThan(closesAt.getTime());
        expect(next.opensAt.getTime() - closesAt.getTime()).toBeLessThan(5 * 86_400_000);
      }),
      { numRuns: 500 },
    );
  });

  it('has no sessions for crypto, nor for anything while the market is always open', () => {
    const sunday = at('2026-03-08T12:00:00Z');
    expect(sessionOf('CRYPTO', 'SESSIONS', sunday)).toBeNull();
    expect(sessionOf('STOCK', 'ALWAYS_OPEN', sunday)).toBeNull();
    expect(sessionOf('STOCK', 'SESSIONS', sunday)?.state).toBe('CLOSED');
    expect(dayEnd(null, sunday)).toEqual(at('2026-03-09T00:00:00Z'));
    expect(dayEnd(sessionOf('STOCK', 'SESSIONS', sunday), sunday)).toEqual(at('2026-03-09T20:00:00Z'));
  });
});
