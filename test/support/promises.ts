import type pg from 'pg';

/** Of an exit: its cancel is asked, or somebody has ended it, and the other of its pair with it. */
const isEnding = `(x.status = 'PENDING_CANCEL' OR (x.replacement ? 'thenCancel') IS TRUE)`;
const wasEnded = `(x.status IN ('CANCELED', 'EXPIRED') AND coalesce(x.reason, '') NOT IN ('GROUP_SETTLED', 'ENTRY_CLOSED'))`;

/**
 * The promises of the books as questions to the database: each asks for the rows that break it. They read nothing but
 * tables, so they say the same of a running server, a crashed one and a test.
 */
export const promises: Record<string, string> = {
  'L1 every entry sums to zero in every asset': `
    SELECT entry_id, asset, sum(amount) FROM postings GROUP BY entry_id, asset HAVING sum(amount) <> 0`,
  'L1 every entry has postings': `
    SELECT id FROM journal_entries e WHERE NOT EXISTS (SELECT 1 FROM postings p WHERE p.entry_id = e.id)`,
  'L1 a reversal is the exact opposite of what it names': `
    SELECT r.id FROM journal_entries r WHERE kind = 'REVERSAL' AND EXISTS (
      SELECT FROM postings WHERE entry_id IN (r.id, r.reference) GROUP BY account_id, asset HAVING sum(amount) <> 0)`,
  'L2 a balance is the sum of its postings': `
    SELECT account_id, asset, posted, total
    FROM balances FULL JOIN (SELECT account_id, asset, sum(amount) AS total FROM postings GROUP BY 1, 2) p
      USING (account_id, asset)
    WHERE coalesce(posted, 0) <> coalesce(total, 0)`,
  'L2 all balances of an asset sum to zero': `
    SELECT asset, sum(posted) FROM balances GROUP BY asset HAVING sum(posted) <> 0`,
  'L2 each posting says the balance after it': `
    SELECT * FROM (
      SELECT entry_id, line, balance_after,
             sum(amount) OVER (PARTITION BY account_id, asset ORDER BY sequence) AS running
      FROM postings) p
    WHERE balance_after <> running`,
  'L2 no posting of an account is earlier than the one before it, nor later than the account says': `
    SELECT p.* FROM (SELECT account_id, sequence, created_at AS at,
                            lag(created_at) OVER (PARTITION BY account_id ORDER BY sequence) AS before
                     FROM postings) p JOIN accounts a ON a.id = p.account_id
    WHERE at < before OR a.booked_at IS NULL OR at > a.booked_at`,
  'L2 a posting has the kind and time of its entry': `
    SELECT p.entry_id FROM postings p JOIN journal_entries e ON e.id = p.entry_id
    WHERE p.kind <> e.kind OR p.created_at <> e.created_at`,
  'L3 a customer has never less than nothing available': `
    SELECT b.* FROM balances b JOIN accounts a ON a.id = b.account_id
    WHERE a.kind = 'CUSTOMER' AND (posted - held < 0 OR held < 0)`,
  'H1 an account holds back what its open orders reserve': `
    SELECT account_id, asset, held, reserved
    FROM (SELECT account_id, asset, held FROM balances WHERE held <> 0) b
      FULL JOIN (SELECT account_id, reserve_asset AS asset, sum(reserve) AS reserved FROM orders
                 WHERE reserve <> 0 GROUP BY 1, 2) o USING (account_id, asset)
    WHERE coalesce(held, 0) <> coalesce(reserved, 0)`,
  'H1 a closed order reserves nothing': `
    SELECT id FROM orders
    WHERE status IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED') AND reserve <> 0`,
  'H1 an account counts its open orders': `
    SELECT a.id FROM accounts a
    WHERE open_orders <> (SELECT count(*) FROM orders o WHERE o.account_id = a.id
      AND status NOT IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED'))`,
  'H1 the exits of a list keep back the larger of their needs, once': `
    SELECT list_id, sum(reserve) AS kept, max(need) AS need
    FROM (SELECT o.*, CASE side WHEN 'SELL' THEN leaves ELSE leaves * worst * unit_value END AS need
          FROM (SELECT o.*, greatest(worst_price, (replacement->>'worstPrice')::bigint) AS worst,
                       power(10::numeric, q.scale - i.price_scale - b.scale) AS unit_value,
                       CASE o.status
                         WHEN 'HELD' THEN (SELECT sum(filled_qty) FROM orders e WHERE e.list_id = o.list_id AND e.leg = 'ENTRY')
                         ELSE qty - filled_qty END AS leaves
                FROM orders o JOIN instruments i USING (symbol)
                  JOIN assets b ON b.code = i.base_asset JOIN assets q ON q.code = i.quote_asset
                WHERE leg <> 'ENTRY' AND o.status NOT IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED')) o) n
    -- What an entry has less of by now, its exits keep back less for; see the next.
    GROUP BY list_id HAVING count(*) FILTER (WHERE reserve > 0) > 1
      OR (sum(reserve) < max(need) AND NOT EXISTS (
        SELECT FROM orders x WHERE x.busted_qty > 0
          AND x.list_id = coalesce((SELECT entry_list_id FROM orders y WHERE y.list_id = n.list_id LIMIT 1), n.list_id)))`,
  'H1 the exits of an entry keep back no more units than it has filled beside what they have sold': `
    SELECT list_id, filled, sum(x.filled_qty) AS sold, sum(reserve) AS kept
    FROM (SELECT list_id, sum(filled_qty) AS filled FROM orders WHERE leg = 'ENTRY' AND side = 'BUY' GROUP BY 1) e
      JOIN (SELECT coalesce(entry_list_id, list_id) AS list_id, filled_qty, reserve FROM orders
            WHERE leg IS DISTINCT FROM 'ENTRY') x USING (list_id)
    GROUP BY 1, 2 HAVING sum(reserve) > greatest(0, filled - sum(x.filled_qty))`,
  'O4 the exits of a list execute no more than their entry': `
    SELECT list_id FROM orders WHERE list_id IS NOT NULL GROUP BY list_id
    HAVING bool_or(leg = 'ENTRY') AND coalesce(sum(filled_qty) FILTER (WHERE leg <> 'ENTRY'), 0)
         > sum(filled_qty + busted_qty) FILTER (WHERE leg = 'ENTRY')`,
  'O4 the exits of an entry work for no more than it has filled, unless a change of one is not answered': `
    WITH pairs AS (
      SELECT coalesce(entry_list_id, list_id) AS list_id, sum(filled_qty) AS done,
             max(CASE WHEN status IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED') THEN 0 ELSE qty - filled_qty END) AS leaves,
             bool_or(status IN ('PENDING_CANCEL', 'PENDING_REPLACE') OR reason IS NOT DISTINCT FROM 'EXECUTION_UNKNOWN') AS waits
      FROM orders o WHERE leg IS DISTINCT FROM 'ENTRY' AND status <> 'HELD' AND (list_id IS NOT NULL OR entry_list_id IS NOT NULL)
      GROUP BY 1, coalesce(list_id, id))
    SELECT list_id, filled, sum(done) AS done, sum(leaves) AS leaves
    FROM pairs JOIN (SELECT list_id, sum(filled_qty) AS filled FROM orders WHERE leg = 'ENTRY' GROUP BY 1) e USING (list_id)
    GROUP BY list_id, filled HAVING sum(leaves) > 0 AND sum(done + leaves) > filled AND NOT bool_or(waits)`,
  'O4 one side of a pair executes': `
    SELECT list_id FROM orders WHERE leg <> 'ENTRY' AND filled_qty + busted_qty > 0
    GROUP BY list_id HAVING count(DISTINCT leg) > 1`,
  'O4 what an entry filled waits for exits only while a cancel of its others is not answered': `
    SELECT e.id FROM orders e WHERE unprotected_qty > 0 AND (leg IS DISTINCT FROM 'ENTRY' OR NOT EXISTS (
      SELECT FROM orders x WHERE x.list_id = e.list_id AND x.leg <> 'ENTRY' AND (${isEnding} OR ${wasEnded})))`,
  'O4 what an entry filled is covered by its exits, and no more, while they are meant': `
    WITH entry AS (
      SELECT list_id, sum(filled_qty) AS filled, sum(filled_qty + busted_qty) AS executed, sum(unprotected_qty) AS waiting,
             max((SELECT max(created_at) FROM executions WHERE order_id = orders.id)) AS last
      FROM orders WHERE leg = 'ENTRY' GROUP BY 1),
    given AS (
      SELECT list_id, sum(qty) AS qty FROM (
        SELECT o.list_id, (payload->>'qty')::bigint AS qty FROM account_events JOIN orders o ON o.id = (payload->>'orderId')::uuid
        WHERE account_events.type = 'ORDER_RELEASED' AND o.leg IN ('FIRST', 'TAKE_PROFIT')
        UNION ALL
        SELECT e.list_id, (payload->>'qty')::bigint FROM account_events JOIN orders o ON o.id = (payload->>'orderId')::uuid
          JOIN orders e ON e.id = (payload->>'entryOrderId')::uuid
        WHERE account_events.type = 'ORDER_ACCEPTED' AND (o.leg IS NULL OR o.leg = 'FIRST')) q GROUP BY 1)
    SELECT entry.*, given.qty FROM entry JOIN given USING (list_id)
      JOIN (SELECT list_id, bool_or(${isEnding} OR ${wasEnded} OR x.status = 'HELD') AS ending,
                   bool_or(x.status NOT IN ('CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED')
                     AND (x.expires_at IS NULL OR x.expires_at > entry.last)) AS living
            FROM orders x JOIN entry USING (list_id) WHERE leg <> 'ENTRY' AND x.status <> 'REPLACED' GROUP BY 1) x USING (list_id)
    WHERE living AND NOT ending AND NOT given.qty + waiting BETWEEN filled AND executed`,
  'K1 an account is blocked exactly while its kill switch is engaged': `
    SELECT a.id, a.trading_blocked, k.target
    FROM accounts a FULL JOIN (SELECT target FROM kill_switches WHERE scope = 'ACCOUNT') k ON k.target = a.id::text
    WHERE coalesce(a.trading_blocked, false) <> (k.target IS NOT NULL)`,
  'O2 an order is EXPIRED only when it was due, or a DAY order whose session was ended': `
    SELECT id FROM orders
    WHERE status = 'EXPIRED'
      AND (expires_at IS NULL OR expired_at IS NULL OR (expired_at < expires_at AND time_in_force <> 'DAY'))`,
  'O1 an order is filled by its executions': `
    SELECT o.id FROM orders o
      LEFT JOIN (SELECT order_id, sum(live * qty) AS qty, sum(live * value) AS value, sum(live * fee) AS fee,
                        sum(CASE WHEN kind = 'BUST' THEN qty WHEN corrects_id IS NOT NULL THEN -qty ELSE 0 END) AS busted,
                        (array_agg(cum_qty ORDER BY sequence DESC))[1] AS cum
                 FROM (SELECT *, CASE kind WHEN 'TRADE' THEN 1 ELSE -1 END AS live FROM executions) x GROUP BY 1) e
        ON e.order_id = o.id
    WHERE filled_qty <> coalesce(e.qty, 0) OR filled_value <> coalesce(e.value, 0) OR fees <> coalesce(e.fee, 0)
       OR filled_qty <> coalesce(e.cum, 0) OR busted_qty <> coalesce(e.busted, 0) OR filled_qty > o.qty OR (status = 'FILLED' AND filled_qty <> o.qty)
       -- A late fill may complete what was closed otherwise: that stays as it ended.
       OR (filled_qty = o.qty AND status NOT IN ('FILLED', 'CANCELED', 'EXPIRED', 'REPLACED', 'REJECTED'))`,
  'O1 a side of a trade is busted exactly when the entry of the trade is reversed': `
    SELECT e.id FROM executions e JOIN journal_entries t ON t.kind = 'TRADE' AND t.reference = e.trade_id
    WHERE e.kind = 'TRADE' AND EXISTS (SELECT FROM executions b WHERE b.busts_id = e.id)
       <> EXISTS (SELECT FROM journal_entries r WHERE r.kind = 'REVERSAL' AND r.reference = t.id)`,
  'O3 a client order id and an execution id are used once': `
    SELECT account_id, client_order_id FROM orders GROUP BY 1, 2 HAVING count(*) > 1
    UNION ALL SELECT order_id, exec_id FROM executions GROUP BY 1, 2 HAVING count(*) > 1`,
  'P1 a position is what the ledger holds': `
    SELECT account_id, p.symbol, p.qty, b.posted
    FROM positions p JOIN instruments i ON i.symbol = p.symbol
      FULL JOIN (SELECT account_id, asset, posted FROM balances JOIN accounts a ON a.id = account_id
                 WHERE a.kind = 'CUSTOMER' AND asset <> 'USD') b USING (account_id)
    WHERE b.asset = i.base_asset AND p.qty <> b.posted`,
  'P1 a position is what its open lots hold and cost': `
    SELECT account_id, symbol, p.qty, p.cost_basis, l.qty, l.cost
    FROM positions p FULL JOIN (SELECT account_id, symbol, sum(leaves_qty) AS qty, sum(leaves_cost) AS cost FROM lots
                                GROUP BY 1, 2) l USING (account_id, symbol)
    WHERE coalesce(p.qty, 0) <> coalesce(l.qty, 0) OR coalesce(p.cost_basis, 0) <> coalesce(l.cost, 0)`,
  'P1 what is sold are the oldest units': `
    SELECT young.id FROM lots old JOIN lots young USING (account_id, symbol)
    WHERE old.sequence < young.sequence AND old.leaves_qty > 0 AND young.leaves_qty < young.qty AND NOT young.busted`,
  'P1 the last execution of a position says what it is': `
    SELECT p.account_id, p.symbol FROM positions p CROSS JOIN LATERAL (
      SELECT * FROM executions e WHERE e.account_id = p.account_id AND e.symbol = p.symbol ORDER BY sequence DESC LIMIT 1) e
    WHERE (p.qty, p.cost_basis, p.realized_pnl) IS DISTINCT FROM (position_qty, position_cost, position_pnl)`,
  'P1 cost basis less realised profit is the cash that went in': `
    SELECT p.account_id, p.symbol FROM positions p
      JOIN (SELECT account_id, symbol, sum(CASE WHEN (side = 'BUY') = (kind = 'TRADE') THEN value ELSE -value END) AS paid
            FROM executions GROUP BY 1, 2) e USING (account_id, symbol)
    WHERE cost_basis - realized_pnl <> paid`,
  'P1 trades have moved the cash that executions say, fees included': `
    SELECT account_id, e.cash, p.cash
    FROM (SELECT account_id, sum((CASE kind WHEN 'TRADE' THEN 1 ELSE -1 END) *
                                 ((CASE side WHEN 'SELL' THEN value ELSE -value END) - fee)) AS cash
          FROM executions GROUP BY 1) e
      FULL JOIN (SELECT p.account_id, sum(amount) AS cash
                 FROM postings p JOIN journal_entries j ON j.id = p.entry_id
                   JOIN accounts a ON a.id = p.account_id AND a.kind = 'CUSTOMER'
                   LEFT JOIN journal_entries t ON t.id = j.reference
                 WHERE asset = 'USD' AND 'TRADE' IN (j.kind, t.kind) GROUP BY 1) p USING (account_id)
    WHERE coalesce(e.cash, 0) <> coalesce(p.cash, 0)`,
  'C1 what a customer owes is what the house lent and has not got back': `
    SELECT account_id, owed, lent FROM
      (SELECT account_id, posted AS owed FROM balances JOIN accounts a ON a.id = account_id
       WHERE a.kind = 'CUSTOMER' AND asset = 'USD-OWED') b
      FULL JOIN (SELECT account_id, sum(amount) AS lent FROM postings JOIN accounts a ON a.id = account_id
                 WHERE a.kind = 'CUSTOMER' AND postings.kind IN ('COVER', 'REPAYMENT') AND asset = 'USD' GROUP BY 1) p
        USING (account_id)
    WHERE coalesce(owed, 0) <> coalesce(lent, 0)`,
  'C1 every loan is in the audit log': `
    SELECT p.entry_id FROM postings p JOIN accounts a ON a.id = p.account_id
    WHERE a.kind = 'CUSTOMER' AND p.kind = 'COVER' AND asset = 'USD' AND NOT EXISTS (
      SELECT FROM audit_entries e WHERE action = 'coverShortfall' AND target = a.id::text
        AND details->>'entryId' = p.entry_id::text AND details->>'amount' = p.amount::text)`,
  'E1 the events of an account are dense': `
    SELECT a.id FROM accounts a LEFT JOIN account_events e ON e.account_id = a.id
    GROUP BY a.id HAVING count(e.sequence) <> a.event_sequence OR coalesce(max(e.sequence), 0) <> a.event_sequence`,
};

/** Every promise that the database breaks now, with the first rows that break it; empty when all is right. */
export const brokenPromises = async (db: Pick<pg.Pool, 'query'>): Promise<string[]> => {
  const broken: string[] = [];
  for (const [at, [promise, text]] of Object.entries(promises).entries()) {
    // With a name, so that a connection that is asked after every step plans it once: that takes nine tenths of the time.
    const { rows } = await db.query({ name: `promise_${at}`, text });
    if (rows.length === 0) continue;
    const shown = JSON.stringify(rows.slice(0, 3), (_, value) => (typeof value === 'bigint' ? String(value) : value));
    broken.push(`${promise}: ${shown}`);
  }
  return broken;
};
