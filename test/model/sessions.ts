import type { State } from './state.ts';

/** Sessions of New York's stock exchanges in the two days that the model knows, both without daylight saving. Coins trade always. */
const hours = [
  ['2026-03-02T14:30:00Z', '2026-03-02T21:00:00Z'],
  ['2026-03-03T14:30:00Z', '2026-03-03T21:00:00Z'],
].map(([opens, closes]) => [Date.parse(opens!), Date.parse(closes!)] as const);

const isStock = (symbol: string): boolean => symbol === 'AAPL';

export const isClosed = ({ sessions, now }: Pick<State, 'sessions' | 'now'>, symbol: string): boolean =>
  sessions && isStock(symbol) && !hours.some(([opens, closes]) => opens <= now && now < closes);

/** When a DAY order ends that is placed now: with the session that is on, or the next one; else at midnight. */
export const dayEnd = ({ sessions, now }: Pick<State, 'sessions' | 'now'>, symbol: string): number => {
  const DAY_ms = 86_400_000;
  const closes = hours.map(([, at]) => at).find((at) => now < at);
  return sessions && isStock(symbol) && closes !== undefined ? closes : (Math.floor(now / DAY_ms) + 1) * DAY_ms;
};
