import type { Trading } from '../../src/trading.ts';
import type { Random } from '../../src/venues/paper/random.ts';
import { type Command, newOrder, type Person, pick } from './commands.ts';

/** `placeOrders`: more than a few, with some among them that are refused. */

type Input = Parameters<Trading['services']['orders']['place']>[1];

/** Nobody takes these. */
const spoil = (random: Random, order: Input): Input =>
  pick(random, [
    { ...order, symbol: 'NONE' },
    { ...order, qty: '-1', notional: null },
    { ...order, qty: '100000000', notional: null },
    { symbol: order.symbol, side: order.side, type: 'LIMIT', qty: '1', limitPrice: '0.001' },
  ]);

export const newOrders = (random: Random, trading: Trading, who: Person, key: string, now: Date): Command => {
  const orders = Array.from({ length: 11 + Number(random(15n)) }, (): Input => {
    const order = newOrder(random, trading, now);
    return random(5n) === 0n ? spoil(random, order) : order;
  });
  const input = { orders, idempotencyKey: key };
  return {
    who,
    kind: 'many',
    text: `${who.name} many ${JSON.stringify(input)}`,
    send: async ({ services }) => {
      const answer = await services.orders.placeMany(who.by, input);
      if (!answer.ok) return answer;
      if (answer.value.length !== orders.length) throw new Error('not every order of a batch was answered');
      const accepted = answer.value.flatMap((one, at) => {
        if (!one.ok) return [];
        const { symbol, side, type } = one.value;
        const asked = orders[at];
        if (symbol !== asked?.symbol || side !== asked.side || type !== asked.type)
          throw new Error('an order of a batch was answered at another one’s place');
        return [one.value];
      });
      const refused = answer.value.map((one) => (one.ok ? '' : one.failures.map(({ code }) => code).join(' ')));
      return { ok: true, value: { orders: accepted, refused } };
    },
  };
};
