import type { PageRequest } from '../kernel/page.ts';

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
