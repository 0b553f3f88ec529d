import { type Failure, failure } from '../../errors.ts';
import type { OrderRow } from '../../lane/rows.ts';
import { dayEnd, type Session } from '../../market/calendar.ts';

type Terms = Pick<OrderRow, 'symbol' | 'type' | 'timeInForce'>;

/** Whether there are sessions and none is on. */
export const isClosed = (session: Session | null): boolean => session !== null && session.state !== 'OPEN';

/** Between sessions orders wait for the next one; those that must trade at once cannot. */
export const checkSession = ({ symbol, type, timeInForce }: Terms, session: Session | null): Failure | undefined => {
  const mayWait = type !== 'MARKET' && timeInForce !== 'IOC' && timeInForce !== 'FOK';
  if (mayWait || !isClosed(session)) return undefined;
  const opens = session?.opensAt.toISOString();
  return failure('MARKET_CLOSED', `${symbol} trades again at ${opens}; LIMIT and stop orders are taken now.`, 'symbol');
};

/** Puts a new order into its session: ACCEPTED until it opens, and a DAY order only until it ends. */
export const enterSession = (row: OrderRow, session: Session | null, at: Date): void => {
  if (isClosed(session)) row.status = 'ACCEPTED';
  if (row.timeInForce !== 'DAY') return;
  const end = dayEnd(session, at);
  if (row.expiresAt === null || row.expiresAt > end) row.expiresAt = end;
};
