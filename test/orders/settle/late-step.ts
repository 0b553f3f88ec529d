import type { OrderSide } from '../../../src/database/generated/enums.ts';
import { formatDecimal } from '../../../src/kernel/decimal.ts';
import { limits } from '../../../src/limits.ts';
import { isFinal } from '../../../src/orders/order.ts';
import { decideSettle } from '../../../src/orders/settle/decide-settle.ts';
import { settleNeeds } from '../../../src/orders/settle/settle-needs.ts';
import type { TradeReport } from '../../../src/venues/venue.ts';
import { type Customer, fees } from '../../support/trading.ts';
import { priceNear, type Run } from '../random-steps.ts';

interface Closed {
  id: string;
  accountId: string;
  symbol: string;
  side: OrderSide;
  leaves: bigint;
  price: bigint;
}

/** Orders that the venue has, or had until they were closed; exits are left out, whose other half may have traded. */
const unfilled = `
  SELECT id, account_id AS "accountId", symbol, side, qty - filled_qty - busted_qty AS leaves, worst_price AS price
  FROM orders WHERE status IN ('CANCELED', 'EXPIRED', 'NEW', 'PARTIALLY_FILLED') AND place IS NOT NULL AND qty > filled_qty + busted_qty
    AND notional IS NULL AND (leg IS NULL OR leg = 'ENTRY') ORDER BY sequence DESC LIMIT 3`;

/** What was asked until now is booked. Once: of several that wait for an empty lane at the same time, each keeps it busy for the others. */
export const booked = ({ trading }: Run): Promise<void> => trading.lane.alone(async () => {});

/** The account has nothing available any more of what the fill takes. */
const spend = async (run: Run, owner: Customer, { accountId, symbol, side }: Closed): Promise<void> => {
  const { trading } = run;
  const instrument = trading.market.find(symbol);
  if (instrument === undefined) return;
  const asset = side === 'BUY' ? instrument.quoteAsset : instrument.baseAsset;
  const row = await trading.database.prisma.balance.findFirst({ where: { accountId, asset } });
  const free = row === null ? 0n : row.posted - row.held;
  if (side === 'BUY') {
    // No more than a transfer may be, at a time.
    const most = limits.money.transfer * 100n;
    for (let cents = free / 10n ** 6n; cents > 0n; cents -= most) {
      await trading.ledger.withdraw(owner.by, { amount: formatDecimal(cents < most ? cents : most, 2) });
    }
  } else {
    const qty = formatDecimal(free, instrument.baseScale);
    await trading.orders.place(owner.by, { symbol, side: 'SELL', type: 'MARKET', qty });
  }
  await booked(run);
};

export interface LateStep {
  who: number;
  symbol: string;
  side: OrderSide;
  pick: number;
  part: bigint;
  /** Whether what the fill takes is spent before. */
  dry: boolean;
}

/** A fill is heard of after its order was closed: of an order that is placed for it, or of any other. */
export const takeLate = async (run: Run, next: LateStep): Promise<void> => {
  const { trading } = run;
  const { symbol, side: wanted } = next;
  const away = wanted === 'BUY' ? -500 : 500;
  await trading.orders.place(run.customers[next.who]!.by, {
    ...{ symbol, side: wanted, type: 'LIMIT', timeInForce: 'GTC', qty: '0.5' },
    limitPrice: priceNear(run, symbol, away),
  });
  await booked(run);
  const { rows } = await trading.database.pool.query<Closed>(unfilled);
  const order = rows[next.pick % Math.max(1, rows.length)];
  if (order === undefined) return;
  const owner = run.customers.find(({ accountId }) => accountId === order.accountId);
  if (owner === undefined) return;
  await trading.orders.cancel(owner.by, { id: order.id });
  await booked(run);
  if (!isFinal((await trading.orders.one(owner.userId, { id: order.id }))?.status ?? 'NEW')) return;
  if (next.dry) await spend(run, owner, order);
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
