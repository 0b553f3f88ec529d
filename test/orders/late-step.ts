import type { OrderSide } from '../../src/database/generated/enums.ts';
import { formatDecimal } from '../../src/kernel/decimal.ts';
import { decideSettle } from '../../src/orders/decide-settle.ts';
import { settleNeeds } from '../../src/orders/settle-needs.ts';
import type { TradeReport } from '../../src/venues/venue.ts';
import { fees } from '../support/trading.ts';
import type { Run } from './random-steps.ts';

interface Closed {
  id: string;
  accountId: string;
  symbol: string;
  side: OrderSide;
  leaves: bigint;
  price: bigint;
}

/** Orders that were at the venue and were closed before they were filled; exits are left out, whose other half may have traded. */
const closed = `
  SELECT id, account_id AS "accountId", symbol, side, qty - filled_qty - busted_qty AS leaves, worst_price AS price
  FROM orders WHERE status IN ('CANCELED', 'EXPIRED') AND place IS NOT NULL AND qty > filled_qty + busted_qty
    AND notional IS NULL AND (leg IS NULL OR leg = 'ENTRY') ORDER BY sequence`;

/** The account has nothing available any more of what the fill takes. */
const spend = async ({ trading, customers }: Run, { accountId, symbol, side }: Closed): Promise<void> => {
  const owner = customers.find((one) => one.accountId === accountId);
  const instrument = trading.market.find(symbol);
  if (owner === undefined || instrument === undefined) return;
  const asset = side === 'BUY' ? instrument.quoteAsset : instrument.baseAsset;
  const row = await trading.database.prisma.balance.findFirst({ where: { accountId, asset } });
  const free = row === null ? 0n : row.posted - row.held;
  if (side === 'BUY') await trading.ledger.withdraw(owner.by, { amount: formatDecimal(free / 10n ** 6n, 2) });
  else {
    const qty = formatDecimal(free, instrument.baseScale);
    await trading.orders.place(owner.by, { symbol, side: 'SELL', type: 'MARKET', qty });
  }
  await trading.settled();
};

/** A fill is heard of after its order was closed. */
export const takeLate = async (run: Run, next: { pick: number; part: bigint; dry: boolean }): Promise<void> => {
  const { trading } = run;
  const { rows } = await trading.database.pool.query<Closed>(closed);
  const order = rows[next.pick % Math.max(1, rows.length)];
  if (order === undefined) return;
  if (next.dry) await spend(run, order);
  const side = { orderId: order.id, accountId: order.accountId };
  const qty = order.leaves / next.part;
  const trade: TradeReport = {
    ...{ kind: 'TRADE', tradeId: trading.ids.next(), symbol: order.symbol, price: order.price, qty },
    ...{ takerSide: order.side, taker: side, maker: null },
  };
  const instrumentOf = (symbol: string) => trading.market.find(symbol)!;
  const facts = { instrumentOf, rates: fees, hours: () => 'ALWAYS_OPEN' as const, ids: trading.ids };
  await trading.lane
    .settle({
      needs: settleNeeds([trade], instrumentOf),
      decide: (books, at) => decideSettle(books, at, [trade], facts),
    })
    .catch((error: Error) => {
      // Two of them at once for one order: the second finds less than it takes, which no venue would send.
      if (!error.message.includes('larger than what the order leaves')) throw error;
    });
};
