import type { KillSwitch } from '../../controls/kill-switch.ts';
import type { Clock } from '../../kernel/clock.ts';
import { limits } from '../../limits.ts';
import { createAskCancel, createCancelOpenOrders } from '../change/cancel-all.ts';
import type { DeadlineStore } from '../change/deadline-store.ts';
import { TIME_IS_OVER } from '../order.ts';
import type { OrderDeps } from '../orders.ts';
import type { CancelScope } from '../store.ts';

type DueDeps = Pick<OrderDeps, 'lane' | 'store' | 'venue' | 'instrumentOf' | 'rates' | 'hours' | 'switches'> & {
  deadlines: DeadlineStore;
  clock: Clock;
};

const scopeOf = ({ scope, target }: KillSwitch): CancelScope => {
  if (scope === 'VENUE') return {};
  return scope === 'ACCOUNT' ? { accountIds: [target] } : { symbol: target };
};

/** The tasks of the sweep that ask open orders to cancel. */
export const createDueTasks = (deps: DueDeps) => {
  const ask = createAskCancel(deps);
  const cancelOpenOrders = createCancelOpenOrders(deps);
  return {
    /** Orders whose time is over: the venue gives them back first, then they are EXPIRED. */
    expireOrders: async (): Promise<void> => {
      const due = await deps.store.due(deps.clock.now(), limits.orders.cancelPage);
      await ask(due, TIME_IS_OVER);
    },
    /** Accounts whose dead-man's switch fires. It stays armed until nothing of the account is left to ask. */
    fireDeadlines: async (): Promise<void> => {
      const now = deps.clock.now();
      for (const accountId of await deps.deadlines.due(now, limits.orders.cancelPage)) {
        const { left } = await cancelOpenOrders({ accountIds: [accountId], reason: 'CANCEL_ALL_AFTER' });
        if (left === 0) await deps.deadlines.remove(accountId, now);
      }
    },
    /** What is open under a switch that cancels, also what another process accepted before it knew of the switch. */
    cancelUnderSwitches: async (): Promise<void> => {
      for (const engaged of deps.switches()) {
        if (engaged.cancelOpenOrders) await cancelOpenOrders({ ...scopeOf(engaged), reason: 'KILL_SWITCH' });
      }
    },
  };
};
