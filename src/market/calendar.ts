import { isHoliday } from './holidays.ts';

/** ALWAYS_OPEN: everything trades at any hour. SESSIONS: stocks trade when New York does. Crypto trades always. */
export type MarketHours = 'ALWAYS_OPEN' | 'SESSIONS';

export interface Session {
  state: 'PRE_OPEN' | 'OPEN' | 'CLOSED';
  /** Of the session that is on, else of the next one. */
  opensAt: Date;
  closesAt: Date;
}

const MINUTE_ms = 60_000;
const DAY_ms = 86_400_000;

/** Minutes of the day in New York. Before the open, orders are taken and wait. */
const PRE_OPEN = 6 * 60 + 30;
const OPEN = 9 * 60 + 30;
const CLOSE = 16 * 60;

const newYork = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
});

/** What a clock in New York shows, as if it were UTC: arithmetic on it knows no offsets. */
const wallOf = (at: number): number => {
  const part = Object.fromEntries(newYork.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute);
};

/** When a clock in New York shows this. The session's times are never in the hour that a change of the clocks skips or repeats. */
const instantOf = (wall: number): number => {
  const guess = wall - (wallOf(wall) - wall);
  return guess + (wall - wallOf(guess));
};

const isTradingDay = (day: number): boolean => {
  const weekday = new Date(day).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !isHoliday(day);
};

const sessionOn = (day: number, state: Session['state']): Session => ({
  state,
  opensAt: new Date(instantOf(day + OPEN * MINUTE_ms)),
  closesAt: new Date(instantOf(day + CLOSE * MINUTE_ms)),
});

const find = (at: number): Session => {
  const wall = wallOf(at);
  let day = wall - (wall % DAY_ms);
  const minute = (wall - day) / MINUTE_ms;
  if (isTradingDay(day) && minute < CLOSE) {
    if (minute >= OPEN) return sessionOn(day, 'OPEN');
    return sessionOn(day, minute >= PRE_OPEN ? 'PRE_OPEN' : 'CLOSED');
  }
  do day += DAY_ms;
  while (!isTradingDay(day));
  return sessionOn(day, 'CLOSED');
};

/** The last answer: a session changes at whole minutes only, and every order asks. */
let last = { minute: Number.NaN, session: sessionOn(0, 'CLOSED') };

/** The regular session of New York's stock exchanges: 09:30 to 16:00 there, on weekdays that are no holiday. */
export const stockSession = (at: Date): Session => {
  const minute = Math.floor(at.getTime() / MINUTE_ms);
  if (last.minute !== minute) last = { minute, session: find(minute * MINUTE_ms) };
  return last.session;
};

/** The session of an instrument; null when it trades at any hour. */
export const sessionOf = (kind: 'STOCK' | 'CRYPTO', hours: MarketHours, at: Date): Session | null =>
  kind === 'CRYPTO' || hours === 'ALWAYS_OPEN' ? null : stockSession(at);

/** When a DAY order that is placed now ends: with its session, or at midnight UTC where there is none. */
export const dayEnd = (session: Session | null, at: Date): Date =>
  session?.closesAt ?? new Date((Math.floor(at.getTime() / DAY_ms) + 1) * DAY_ms);
