const dateTime = /^\d{4}-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$/;

export const DATE_TIME_FORM = 'RFC 3339 text with an offset, such as "2026-01-31T09:30:00Z"';

/** There is no year 0, and Postgres takes none; an offset may lead into it. */
const YEAR_1_ms = Date.parse('0001-01-01T00:00:00Z');

/** `Date.parse` takes 30 February for 2 March, so the day is checked against its month. */
export const readDateTime = (text: string): Date | undefined => {
  const parts = dateTime.exec(text.toUpperCase());
  if (!parts) return undefined;
  const lastDay = new Date(Date.UTC(Number(text.slice(0, 4)), Number(parts[1]), 0)).getUTCDate();
  if (Number(parts[2]) > lastDay || text.slice(11, 13) === '24') return undefined;
  const date = new Date(text.toUpperCase());
  return Number.isNaN(date.getTime()) || date.getTime() < YEAR_1_ms ? undefined : date;
};
