/** Days are instants of midnight UTC: a date without a place. Months count from 0, weekdays from Sunday. */

const DAY_ms = 86_400_000;
const [MONDAY, THURSDAY, SATURDAY] = [1, 4, 6];

const weekday = (day: number): number => new Date(day).getUTCDay();

/** The first, second … such weekday of a month. */
const nth = (year: number, month: number, which: number, count: number): number => {
  const first = Date.UTC(year, month, 1);
  return first + (((which - weekday(first) + 7) % 7) + 7 * (count - 1)) * DAY_ms;
};

const last = (year: number, month: number, which: number): number => {
  const end = Date.UTC(year, month + 1, 0);
  return end - ((weekday(end) - which + 7) % 7) * DAY_ms;
};

/** On a Saturday it is kept the day before, on a Sunday the day after. */
const observed = (day: number): number => {
  if (weekday(day) === SATURDAY) return day - DAY_ms;
  return weekday(day) === 0 ? day + DAY_ms : day;
};

/** Gregorian Easter Sunday (Meeus, Jones, Butcher). */
const easter = (year: number): number => {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  return Date.UTC(year, month - 1, (h + l - 7 * m + 33 * month + 19) % 32);
};

/** New Year's Day on a Saturday is not kept: the last day of a year is no holiday. */
const newYear = (year: number): number => {
  const day = Date.UTC(year, 0, 1);
  return weekday(day) === SATURDAY ? day : observed(day);
};

/** Today's rules for US stock markets, applied to any year. Days that close early are whole days here. */
export const holidaysOf = (year: number): number[] => [
  newYear(year),
  nth(year, 0, MONDAY, 3), // Martin Luther King, Jr.
  nth(year, 1, MONDAY, 3), // Presidents
  easter(year) - 2 * DAY_ms, // Good Friday
  last(year, 4, MONDAY), // Memorial Day
  observed(Date.UTC(year, 5, 19)), // Juneteenth
  observed(Date.UTC(year, 6, 4)), // Independence Day
  nth(year, 8, MONDAY, 1), // Labor Day
  nth(year, 10, THURSDAY, 4), // Thanksgiving
  observed(Date.UTC(year, 11, 25)), // Christmas
];

export const isHoliday = (day: number): boolean => holidaysOf(new Date(day).getUTCFullYear()).includes(day);
