import type { Result } from '../../src/kernel/result.ts';
import type { PlaceOrderInput } from '../../src/orders/input.ts';
import type { Preview } from '../../src/orders/place/preview.ts';
import { DIED } from './process.ts';
import type { Sent, World } from './world.ts';

/** What `previewOrder` says before an order is placed must be what then happens. */

interface Taken {
  qty: bigint;
  value: bigint;
  fee: bigint;
}

const show = ({ qty, value, fee }: Taken): string => `${qty} for ${value} with ${fee} of fees`;

/** What the order took from the book when it came in. What it gave later, as a maker, nobody could foresee. */
const taken = async ({ database }: World, orderId: string): Promise<Taken> => {
  const { rows } = await database.pool.query<{ qty: string; value: string; fee: string }>(
    `SELECT coalesce(sum(qty), 0)::text AS qty, coalesce(sum(value), 0)::text AS value, coalesce(sum(fee), 0)::text AS fee
     FROM executions WHERE order_id = $1 AND liquidity = 'TAKER'`,
    [orderId],
  );
  const [sum] = rows;
  return { qty: BigInt(sum?.qty ?? 0), value: BigInt(sum?.value ?? 0), fee: BigInt(sum?.fee ?? 0) };
};

const compare = async (world: World, foretold: Result<Preview>, { command, answer }: Sent): Promise<string[]> => {
  if (answer === undefined) return [];
  const codes = (of: object): string =>
    'failures' in of ? (of.failures as { code: string }[]).map(({ code }) => code).join(' ') : 'accepted';
  if (codes(foretold) !== codes(answer)) {
    return [`${command.text} is ${codes(answer)}, its preview said ${codes(foretold)}`];
  }
  if (!foretold.ok || !('value' in answer)) return [];
  const { hold, order } = foretold.value;
  const { id, reserve } = answer.value as unknown as { id: string; reserve: bigint };
  if (hold !== reserve) return [`${command.text} holds ${reserve} back, its preview said ${hold}`];
  // Far away it all comes later.
  if (world.place !== 'here') return [];
  const said = show({ qty: order.filledQty, value: order.filledValue, fee: order.fees });
  const done = show(await taken(world, id));
  return said === done ? [] : [`${command.text} has taken ${done}, its preview said ${said}`];
};

/** Previews an order, then places it, and compares. What a crash or a broken connection did in between was not foreseen. */
export const sendForeseen = async (
  world: World,
  sent: Sent,
  by: { userId: string; requestId: string },
  input: PlaceOrderInput,
): Promise<void> => {
  const server = world.server();
  const foretold = await world.run(({ trading }) => trading.services.orders.preview(by, input));
  world.say(`previewed: ${foretold !== DIED && foretold.ok ? foretold.value.fills.length : 'no'} fills`);
  const isCalm = server.wire.armed() === undefined;
  await world.send(sent);
  if (foretold !== DIED && isCalm && world.server() === server)
    world.wrong.push(...(await compare(world, foretold, sent)));
};
