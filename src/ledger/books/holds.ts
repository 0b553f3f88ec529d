/** What accounts hold back, rebuilt from the terms of their open orders; `orders/risk.ts` and `orders/list.ts` say the same in code. */

const open = "status NOT IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED')";
const exit = "(entry_list_id IS NOT NULL OR leg <> 'ENTRY') IS TRUE";

/** Of what a trade was busted or corrected, by itself or the entry of its exits. */
const isAmended = `EXISTS (SELECT FROM orders x
  WHERE x.busted_qty > 0 AND (x.id = n.id OR x.list_id = n.family OR x.entry_list_id = n.family))`;

/** The value of a buy and the fee on it, rounded up. In numeric: prices times quantities are beyond bigint before they are scaled. */
const cost = (price: string, qty: string, bps: string): string =>
  `${price} * ${qty} * unit + div(${price} * ${qty} * unit * ${bps} + 9999, 10000)`;

/** What an order by itself needs, either outcome of a pending replacement covered. */
const need = (bps: string): string => `
  CASE WHEN leaves = 0 THEN 0
    WHEN side = 'SELL' THEN greatest(leaves, then_leaves)
    WHEN notional IS NOT NULL THEN notional - filled_value - fees
    ELSE greatest(${cost('worst_price', 'leaves', bps)}, ${cost('then_price', 'then_leaves', bps)}) END`;

/** Open orders with what they leave; one that waits for its entry leaves what that has filled. */
const working = `
  SELECT o.id, account_id, side, notional, filled_value, fees, reserve, worst_price, fee_bps, leg, coalesce(entry_list_id, list_id) AS family,
         CASE WHEN leg <> 'ENTRY' THEN list_id ELSE o.id END AS pair, ${exit} AS is_exit,
         round(power(10::numeric, q.scale - i.price_scale - b.scale)) AS unit, l.leaves,
         coalesce((replacement->>'worstPrice')::numeric, 0) AS then_price,
         coalesce(greatest(l.leaves + (replacement->>'qtyChange')::numeric, 0), 0) AS then_leaves
  FROM (SELECT * FROM orders WHERE ${open}) o JOIN instruments i USING (symbol)
    JOIN assets b ON b.code = i.base_asset JOIN assets q ON q.code = i.quote_asset
    CROSS JOIN LATERAL (SELECT CASE o.status
      WHEN 'HELD' THEN coalesce((SELECT sum(filled_qty) FROM orders e WHERE e.list_id = o.list_id AND e.leg = 'ENTRY'), 0)
      ELSE o.qty - o.filled_qty END AS leaves) l`;

/** A pair of exits keeps back the larger of its two needs, by its first leg. */
const ofPair = (own: string): string => `
  CASE WHEN leg IN ('SECOND', 'STOP_LOSS') AND count(*) OVER (PARTITION BY pair) > 1 THEN 0
    ELSE max(${own}) OVER (PARTITION BY pair) END`;

export const holdChecks: Readonly<Record<string, string>> = {
  'hold is not what open orders reserve': `
    SELECT account_id AS account, asset AS subject, coalesce(reserved, 0) AS expected, coalesce(held, 0) AS found
    FROM (SELECT account_id, asset, held FROM balances WHERE held <> 0) b
      FULL JOIN (SELECT account_id, reserve_asset AS asset, sum(reserve) AS reserved FROM orders
                 WHERE ${open} AND reserve <> 0 GROUP BY 1, 2) o USING (account_id, asset)
    WHERE coalesce(held, 0) <> coalesce(reserved, 0)`,
  // Orders of before rates were kept hold for a rate that nobody knows any more. Exits hold less than they work for where the
  // entry has less by now, until their venue has made them smaller, or where the account had no more when a fill was taken back.
  'reserve is not what the terms of the order need': `
    SELECT account_id AS account, id::text AS subject, CASE WHEN reserve < low THEN low ELSE high END AS expected, reserve AS found
    FROM (SELECT id, account_id, family, is_exit, reserve, ${ofPair('low')} AS low, ${ofPair('high')} AS high
          FROM (SELECT *, ${need('coalesce(fee_bps, 0)')} AS low, ${need('coalesce(fee_bps, 10000)')} AS high
                FROM (${working}) w) w) n
    WHERE reserve > high OR (reserve < low AND NOT (is_exit AND ${isAmended}))`,
  'exits keep back more than their entry has left': `
    SELECT account_id AS account, family::text AS subject, greatest(filled - coalesce(sold, 0), 0) AS expected, kept AS found
    FROM (SELECT account_id, coalesce(entry_list_id, list_id) AS family, sum(reserve) AS kept FROM orders
          WHERE ${open} AND ${exit} AND side = 'SELL' GROUP BY 1, 2) x
      CROSS JOIN LATERAL (SELECT sum(filled_qty) FILTER (WHERE leg = 'ENTRY' AND list_id = family) AS filled,
                                 sum(filled_qty) FILTER (WHERE (leg = 'ENTRY' AND list_id = family) IS NOT TRUE) AS sold
                          FROM orders o WHERE o.list_id = family OR o.entry_list_id = family) e
    WHERE filled IS NOT NULL AND kept > greatest(filled - coalesce(sold, 0), 0)`,
  'count of open orders': `
    SELECT a.id AS account, 'open orders' AS subject, coalesce(o.open, 0) AS expected, a.open_orders AS found
    FROM accounts a LEFT JOIN (SELECT account_id, count(*) AS open FROM orders WHERE ${open} GROUP BY 1) o
      ON o.account_id = a.id
    WHERE a.open_orders <> coalesce(o.open, 0)`,
};
