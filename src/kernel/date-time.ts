const dateTime = /^\d{4}-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$/;

export const DATE_TIME_FORM =
  'RFC 3339 text with an offset, such as "2026-01-31T09:30:00Z", of the years 1 to 9999 in UTC';

/**
 * Postgres has no year 0, and after 9999 JavaScript writes years in a form of its own, which Postgres does not read; an offset may
 * lead into both.
 */
const FIRST_ms = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_ms = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether Postgres, and every reader of RFC 3339, knows the instant. What is no date at all compares as neither. */
export const isWithinYears = (date: Date): boolean => date.getTime() >= FIRST_ms && date.getTime() <= LAST_ms;

/** On a date that was cut to its millisecond: the text named an instant behind it. */
const cut = Symbol('cut');

/**
 * The first millisecond that is not before what a text named. Times are kept in milliseconds; so of a period that begins or ends within
 * one, this bound takes in and leaves out the very same rows.
 */
export const boundOf = (date: Date): Date =>
  cut in date && date.getTime() < LAST_ms ? new Date(date.getTime() + 1) : date;

/** `Date.parse` takes 30 February for 2 March, so the day is checked against its month. */
export const readDateTime = (text: string): Date | undefined => {
  const parts = dateTime.exec(text.toUpperCase());
  if (!parts) return undefined;
  const lastDay = new Date(Date.UTC(Number(text.slice(0, 4)), Number(parts[1]), 0)).getUTCDate();
  if (Number(parts[2]) > lastDay || text.slice(11, 13) === '24') return undefined;
  const date = new Date(text.toUpperCase());
  if (!isWithinYears(date)) return undefined;
  return /[1-9]/.test(parts[3]?.slice(4) ?? '') ? Object.defineProperty(date, cut, { value: true }) : date;
};
