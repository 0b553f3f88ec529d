import type { Once } from '../idempotency/once.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import type { Budget } from '../limiter/budget.ts';

type By = Actor & { userId: string };

/**
 * Counts orders against their user's budget before anything is decided, wherever they come from: one for each order that the
 * input holds. A stored answer places nothing and is given back.
 */
export const counted =
  <Input, Value>(
    budget: Budget,
    ordersIn: (input: Input) => number,
    run: (by: By, input: Input) => Promise<Once<Value>>,
  ): ((by: By, input: Input) => Promise<Once<Value>>) =>
  async (by, input) => {
    const orders = ordersIn(input);
    await budget.spend(by.userId, orders);
    const answer = await run(by, input);
    if (answer.replayed) void budget.giveBack(by.userId, orders);
    return answer;
  };
