import { boundOf } from '../kernel/date-time.ts';
import type { PageRequest } from '../kernel/page.ts';
import { unseen } from './prepared.ts';

/**
 * Prisma's arguments for one page of a list that is shown newest first by (createdAt, id). The bound on createdAt alone
 * is what lets the index find the page's start; the rest settles rows of the same instant.
 */
export const newestFirst = ({ limit, backward, from }: PageRequest) => {
  const direction = backward ? ('asc' as const) : ('desc' as const);
  const beyond = <Value>(value: Value) => (backward ? { gt: value } : { lt: value });
  const start = from && {
    createdAt: backward ? { gte: from.createdAt } : { lte: from.createdAt },
    OR: [{ createdAt: beyond(from.createdAt) }, { id: beyond(from.id) }],
  };
  return {
    where: { AND: start === undefined ? [] : [start] },
    orderBy: [{ createdAt: direction }, { id: direction }],
    take: limit + 1,
  };
};

/**
 * Where a page of a list begins and how far it may go, period and cursor taken together. Only one bound each: of two that say where
 * to begin, Postgres takes the first and walks over whatever lies before the other.
 */
export const stretchOf = (
  { backward, from: behind }: PageRequest,
  { from, to }: { from?: Date | null | undefined; to?: Date | null | undefined },
): { begin: { createdAt: Date | string; id: string | null }; end: Date | string } => {
  const [first, last] = [from ? boundOf(from) : '-infinity', to ? boundOf(to) : 'infinity'];
  const [edge, end] = backward ? [first, last] : [last, first];
  const isInside =
    typeof edge === 'string' || (behind && (backward ? behind.createdAt >= edge : behind.createdAt < edge));
  return { begin: behind && isInside ? behind : { createdAt: edge, id: null }, end };
};

/**
 * The condition of such a stretch: its end is $3, and $4 with a place among what is of the same instant is its beginning. Without a
 * cursor that place is before all.
 */
export const alongStretch = ({ backward }: PageRequest, last: 'id' | 'sequence', place: string): string => {
  const begin = `(${unseen('$4', 'timestamptz')}, ${place})`;
  const end = unseen('$3', 'timestamptz');
  return backward
    ? `(created_at, ${last}) > ${begin} AND created_at < ${end}`
    : `(created_at, ${last}) < ${begin} AND created_at >= ${end}`;
};
