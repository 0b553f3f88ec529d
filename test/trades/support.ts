import { formatDecimal } from '../../src/kernel/decimal.ts';
import type { ExecutionRow, OrderRow } from '../../src/lane/rows.ts';
import { must } from '../support/people.ts';
import type { Customer, TestTrading } from '../support/trading.ts';

/** A price between what the makers ask and bid: two customers who meet there trade with each other. */
export const inside = (trading: TestTrading, symbol = 'MSFT'): bigint => (trading.market.quote(symbol)?.bid ?? 0n) + 1n;

export const priceText = (price: bigint): string => formatDecimal(price, 2);

type Order = Parameters<TestTrading['orders']['place']>[1];

/** Places an order and answers it as it is when everything is booked. */
export const place = async (trading: TestTrading, { by, userId }: Customer, input: Order): Promise<OrderRow> => {
  const { id } = must(await trading.orders.place(by, input));
  await trading.settled();
  return (await trading.orders.one(userId, { id }))!;
};

/** One trade of two customers at `price`: the seller rests, the buyer, who would pay a tenth more, comes to it. */
export const cross = async (
  trading: TestTrading,
  buyer: Customer,
  seller: Customer,
  qty: string,
  price = inside(trading),
): Promise<{ buy: OrderRow; sell: OrderRow; tradeId: string; executions: ExecutionRow[] }> => {
  const terms = { symbol: 'MSFT', type: 'LIMIT', qty } as const;
  const resting = await place(trading, seller, { ...terms, side: 'SELL', limitPrice: priceText(price) });
  const high = price + price / 10n;
  const buy = await place(trading, buyer, { ...terms, side: 'BUY', limitPrice: priceText(high) });
  const sell = (await trading.orders.one(seller.userId, { id: resting.id }))!;
  const executions = await trading.orders.fillsOf('EVERYTHING', [buy.id, sell.id]);
  return { buy, sell, tradeId: executions[0]!.tradeId, executions };
};

/** What an account has, as somebody would look at it before and after. */
export const wealthOf = async ({ database: { pool } }: TestTrading, { accountId }: Customer): Promise<unknown> => {
  const ask = async (sql: string): Promise<unknown> => (await pool.query(sql, [accountId])).rows;
  return {
    balances: await ask('SELECT asset, posted, held FROM balances WHERE account_id = $1 AND posted <> 0 ORDER BY 1'),
    positions: await ask(
      `SELECT symbol, qty, cost_basis, realized_pnl FROM positions
       WHERE account_id = $1 AND (qty, cost_basis, realized_pnl) <> (0, 0, 0) ORDER BY 1`,
    ),
    lots: await ask(
      `SELECT qty, leaves_qty, leaves_cost FROM lots WHERE account_id = $1 AND NOT busted ORDER BY sequence`,
    ),
  };
};

export const eventsOf = ({ database: { prisma } }: TestTrading, { accountId }: Customer, type: string) =>
  prisma.accountEvent.findMany({ where: { accountId, type }, orderBy: { sequence: 'asc' } });
