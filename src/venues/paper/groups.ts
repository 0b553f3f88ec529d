import { limits } from '../../limits.ts';
import { createRecent } from './recent.ts';

/** Orders that shut each other out. */
export interface Groups {
  /** False when the group is settled: an order of it has traded or ended before this one came. */
  join(group: string, orderId: string): boolean;
  rename(group: string, orderId: string, newOrderId: string): void;
  /** Settles the group; answers all its orders the first time, none after. */
  settle(group: string): string[];
}

export const createGroups = (): Groups => {
  const open = new Map<string, Set<string>>();
  const settled = createRecent(limits.venue.rememberedOrders);
  return {
    join: (group, orderId) => {
      if (settled.has(group)) return false;
      const members = open.get(group);
      if (members === undefined) open.set(group, new Set([orderId]));
      else members.add(orderId);
      return true;
    },
    rename: (group, orderId, newOrderId) => {
      const members = open.get(group);
      if (members?.delete(orderId)) members.add(newOrderId);
    },
    settle: (group) => {
      const members = open.get(group);
      if (members === undefined) return [];
      open.delete(group);
      settled.add(group);
      return [...members];
    },
  };
};
