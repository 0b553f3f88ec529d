import { createHash } from 'node:crypto';
import { createCheckBooks } from '../../src/ledger/books/check-books.ts';
import { createBooksStore } from '../../src/ledger/books/store.ts';
import { brokenPromises } from '../support/promises.ts';
import type { World } from './world.ts';

/** What must hold when nothing is broken any more. */

interface Row {
  id: string;
  status: string;
  reason: string | null;
  leg: string | null;
  list_id: string | null;
  replaces_id: string | null;
}

const nothingPending = (orders: readonly Row[]): string[] =>
  orders
    .filter(({ status, list_id }) => {
      if (status === 'HELD')
        return !orders.some((each) => each.list_id === list_id && isAtVenue(each) && each.leg === 'ENTRY');
      return !isAtVenue({ status }) && !isFinal({ status });
    })
    .map(({ id, status }) => `order ${id} is stuck: ${status}`);

const isFinal = ({ status }: { status: string }): boolean =>
  ['FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED'].includes(status);
const isAtVenue = ({ status }: { status: string }): boolean => ['NEW', 'PARTIALLY_FILLED'].includes(status);

/** Orders that the server makes for late fills: the exits of what an entry filled, and what the house sells to whoever owes it. */
const ownMakings = async ({ database }: World): Promise<string[]> => {
  const { rows } = await database.pool.query<{ id: string }>(
    `SELECT payload->>'orderId' AS id FROM account_events
     WHERE type = 'ORDER_ACCEPTED' AND (payload ? 'entryOrderId' OR payload ? 'coversOrderId')`,
  );
  return rows.map(({ id }) => id);
};

/** Every command has been answered by now, and what was acknowledged is there, once. */
const onceAndForAll = async (world: World, orders: readonly Row[]): Promise<string[]> => {
  const wrong: string[] = [];
  const known = new Set(orders.map(({ id }) => id));
  for (const { command, answer } of world.sent) if (answer === undefined) wrong.push(`never answered: ${command.text}`);
  for (const { id } of world.orders) if (!known.has(id)) wrong.push(`acknowledged and lost: order ${id}`);
  const acknowledged = new Set(world.orders.map(({ id }) => id));
  for (const id of await ownMakings(world)) acknowledged.add(id);
  for (const { id, replaces_id } of orders) {
    if (replaces_id === null && !acknowledged.has(id)) wrong.push(`nobody has asked for order ${id}`);
  }
  const { rows } = await world.database.pool.query<{ kind: string; count: string }>(
    'SELECT kind::text, count(*)::text AS count FROM transfers GROUP BY 1',
  );
  for (const [kind, name] of [
    ['deposit', 'DEPOSIT'],
    ['withdraw', 'WITHDRAWAL'],
  ] as const) {
    const asked = world.sent.filter(({ command, answer }) => command.kind === kind && answer?.ok).length;
    const done = Number(rows.find((row) => row.kind === name)?.count ?? 0);
    if (asked !== done) wrong.push(`${asked} times ${name} was acknowledged, ${done} are booked`);
  }
  return wrong;
};

/** What a venue far away has executed is booked, each trade once, and its open orders are ours. */
const agreesWithVenue = async (world: World, orders: readonly Row[]): Promise<string[]> => {
  if (world.place === 'here') return [];
  const wrong: string[] = [];
  const { rows } = await world.database.pool.query<{ trade_id: string; order_id: string }>(
    "SELECT trade_id, order_id FROM executions WHERE kind = 'TRADE' AND corrects_id IS NULL AND NOT EXISTS (SELECT FROM orders WHERE id = order_id AND reason = 'BUY_IN')",
  );
  const booked = new Set(rows.map(({ trade_id, order_id }) => `${trade_id} ${order_id}`));
  const made = new Set<string>();
  for (const { tradeId, taker, maker } of world.executed) {
    for (const side of [taker, maker]) if (side !== null) made.add(`${tradeId} ${side.orderId}`);
  }
  for (const each of made) if (!booked.has(each)) wrong.push(`executed and not booked: ${each}`);
  for (const each of booked) if (!made.has(each)) wrong.push(`booked and not executed: ${each}`);
  for (const { id, status } of orders) {
    const { symbol, account_id: accountId } = (
      await world.database.pool.query('SELECT symbol, account_id FROM orders WHERE id = $1', [id])
    ).rows[0];
    const { state } = await world.exchangeStatus({ orderId: id, accountId, symbol });
    if ((state === 'OPEN') !== isAtVenue({ status }))
      wrong.push(`order ${id} is ${status} here and ${state} at the venue`);
  }
  return wrong;
};

/** Whether an order was closed, and its hold given back, before its last fill was booked. */
const closedTooEarly = async (world: World): Promise<string[]> => {
  if (!world.counts) return [];
  const { rows } = await world.database.pool.query<{ id: string }>(
    `SELECT o.id FROM orders o JOIN executions e ON e.order_id = o.id
     WHERE o.status IN ('CANCELED', 'EXPIRED') AND e.kind = 'TRADE' AND e.corrects_id IS NULL AND e.created_at > coalesce(o.canceled_at, o.expired_at)`,
  );
  return rows.map(({ id }) => `order ${id} was closed before its last fill`);
};

/** As `npm run books` says it. */
const wrongBooks = async ({ database }: World): Promise<string[]> =>
  (await createCheckBooks(createBooksStore(database))()).differences.map(
    ({ check, subject, expected, found }) => `${check}: ${subject} is ${found}, not ${expected}`,
  );

export const checkEnd = async (world: World): Promise<string[]> => {
  const { rows: orders } = await world.database.pool.query<Row>(
    'SELECT id, status::text, reason, leg::text, list_id, replaces_id FROM orders ORDER BY sequence',
  );
  return [
    ...nothingPending(orders),
    ...(await onceAndForAll(world, orders)),
    ...(await agreesWithVenue(world, orders)),
    ...(await closedTooEarly(world)),
    ...(await brokenPromises(world.database.pool)),
    ...(await wrongBooks(world)),
  ];
};

/** What the world has come to, in one line: equal for two runs of one seed. */
export const outcome = async ({ database }: World): Promise<string> => {
  const { rows } = await database.pool.query<{ line: string }>(
    `SELECT concat_ws(' ', id, status, reason, qty, filled_qty, filled_value, fees, reserve, created_at, updated_at) AS line FROM orders
     UNION ALL SELECT concat_ws(' ', account_id, asset, posted, held) FROM balances
     UNION ALL SELECT concat_ws(' ', account_id, symbol, qty, cost_basis, realized_pnl) FROM positions
     UNION ALL SELECT concat_ws(' ', account_id, sequence, type, payload) FROM account_events ORDER BY 1`,
  );
  return createHash('sha256')
    .update(rows.map(({ line }) => line).join('\n'))
    .digest('hex');
};
