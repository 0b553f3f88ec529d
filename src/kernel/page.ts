import { isWithinYears } from './date-time.ts';
import { isUuid } from './ids.ts';

/** A place in a list that is ordered by (createdAt, id); what a Relay cursor says. */
export interface PagePoint {
  createdAt: Date;
  id: string;
}

/** A checked request for one page. `backward` reads from the end (Relay's last/before). */
export interface PageRequest {
  limit: number;
  backward: boolean;
  from: PagePoint | undefined;
}

export interface Page<Row> {
  rows: Row[];
  hasMore: boolean;
}

/** `list`: which one the place is in. In another list the same place is between other rows, and means nothing. */
export const encodeCursor = (list: string, point: PagePoint): string =>
  Buffer.from(`${list}:${point.createdAt.getTime()}:${point.id}`, 'latin1').toString('base64url');

export const decodeCursor = (list: string, cursor: string): PagePoint | undefined => {
  if (cursor.length > 100) return undefined;
  const [of, millis = '', id = ''] = Buffer.from(cursor, 'base64url').toString('latin1').split(':');
  if (of !== list || !/^\d{1,15}$/.test(millis) || !isUuid(id)) return undefined;
  const createdAt = new Date(Number(millis));
  return isWithinYears(createdAt) ? { createdAt, id } : undefined;
};

/** Stores read one row more than asked; this cuts it off again and puts a backward page into the list's order. */
export const pageOf = <Row>(rows: Row[], request: PageRequest): Page<Row> => {
  const hasMore = rows.length > request.limit;
  const kept = rows.slice(0, request.limit);
  return { rows: request.backward ? kept.reverse() : kept, hasMore };
};
