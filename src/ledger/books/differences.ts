import { entryChecks } from './entries.ts';
import { holdChecks } from './holds.ts';

/** Something in the tables that is not what the journal, the executions and the open orders say. */
export interface Difference {
  /** What is wrong: the name of a check. */
  check: string;
  accountId: string | null;
  /** The asset, symbol or row. */
  subject: string;
  expected: string;
  found: string;
}

/** What an execution adds; a bust takes the same away again. */
const live = "CASE kind WHEN 'TRADE' THEN 1 ELSE -1 END";

/** Each asks for the rows that differ: account, subject, expected and found. */
export const checks: Readonly<Record<string, string>> = {
  'entry does not balance': `
    SELECT NULL::uuid AS account, entry_id || ' ' || asset AS subject, 0::numeric AS expected, sum(amount) AS found
    FROM postings GROUP BY entry_id, asset HAVING sum(amount) <> 0`,
  'entry without postings': `
    SELECT NULL::uuid AS account, id::text AS subject, NULL::numeric AS expected, NULL::numeric AS found
    FROM journal_entries e WHERE NOT EXISTS (SELECT 1 FROM postings p WHERE p.entry_id = e.id)`,
  'balance is not the sum of its postings': `
    SELECT account_id AS account, asset AS subject, coalesce(total, 0) AS expected, coalesce(posted, 0) AS found
    FROM balances FULL JOIN (SELECT account_id, asset, sum(amount) AS total FROM postings GROUP BY 1, 2) p
      USING (account_id, asset)
    WHERE coalesce(posted, 0) <> coalesce(total, 0)`,
  'posting does not say the balance after it': `
    SELECT account_id AS account, entry_id || ' line ' || line AS subject, running AS expected, balance_after AS found
    FROM (SELECT account_id, entry_id, line, balance_after,
                 sum(amount) OVER (PARTITION BY account_id, asset ORDER BY sequence) AS running FROM postings) p
    WHERE balance_after <> running`,
  'balances of an asset do not sum to zero': `
    SELECT NULL::uuid AS account, asset AS subject, 0::numeric AS expected, sum(posted) AS found
    FROM balances GROUP BY asset HAVING sum(posted) <> 0`,
  'debt is not what was lent and not repaid': `
    SELECT account_id AS account, asset AS subject, coalesce(lent, 0) AS expected, coalesce(owed, 0) AS found
    FROM (SELECT account_id, asset, posted AS owed FROM balances JOIN accounts a ON a.id = account_id
          WHERE a.kind = 'CUSTOMER' AND asset LIKE '%-OWED') b
      FULL JOIN (SELECT account_id, asset || '-OWED' AS asset, sum(amount) AS lent
                 FROM postings p JOIN accounts a ON a.id = p.account_id
                 WHERE a.kind = 'CUSTOMER' AND p.kind IN ('COVER', 'REPAYMENT') AND asset NOT LIKE '%-OWED'
                 GROUP BY 1, 2) p USING (account_id, asset)
    WHERE coalesce(owed, 0) <> coalesce(lent, 0)`,
  'event sequence is not that of the last event': `
    SELECT a.id AS account, 'events' AS subject, coalesce(e.last, 0) AS expected, a.event_sequence AS found
    FROM accounts a CROSS JOIN LATERAL (SELECT max(sequence) AS last FROM account_events e WHERE e.account_id = a.id) e
    WHERE a.event_sequence <> coalesce(e.last, 0)`,
  'order is not filled by its executions': `
    SELECT o.account_id AS account, o.id || ' ' || name AS subject, expected, found
    FROM orders o LEFT JOIN (SELECT order_id, sum(${live} * qty) AS qty, sum(${live} * value) AS value,
                                    sum(${live} * fee) AS fee,
                                    sum(CASE WHEN kind = 'BUST' THEN qty WHEN corrects_id IS NOT NULL THEN -qty ELSE 0 END) AS busted
                             FROM executions GROUP BY 1) e ON e.order_id = o.id
      CROSS JOIN LATERAL (VALUES ('quantity', coalesce(e.qty, 0), o.filled_qty), ('value', coalesce(e.value, 0), o.filled_value),
        ('fees', coalesce(e.fee, 0), o.fees), ('busted quantity', coalesce(e.busted, 0), o.busted_qty)) v(name, expected, found)
    WHERE (o.filled_qty, o.filled_value, o.fees, o.busted_qty)
       <> (coalesce(e.qty, 0), coalesce(e.value, 0), coalesce(e.fee, 0), coalesce(e.busted, 0)) AND expected <> found`,
  'position is not what the ledger holds': `
    SELECT account_id AS account, i.symbol AS subject, coalesce(b.posted, 0) AS expected, coalesce(p.qty, 0) AS found
    FROM (SELECT b.*, i.symbol FROM balances b JOIN accounts a ON a.id = b.account_id AND a.kind = 'CUSTOMER'
            JOIN instruments i ON i.base_asset = b.asset) b
      FULL JOIN positions p USING (account_id, symbol) JOIN instruments i ON i.symbol = coalesce(b.symbol, p.symbol)
    WHERE coalesce(p.qty, 0) <> coalesce(b.posted, 0)`,
  'position without executions': `
    SELECT account_id AS account, symbol || ' ' || name AS subject, 0::numeric AS expected, found FROM positions p
      CROSS JOIN LATERAL (VALUES ('quantity', qty), ('cost', cost_basis), ('profit', realized_pnl)) v(name, found)
    WHERE found <> 0 AND NOT EXISTS (
      SELECT 1 FROM executions e WHERE e.account_id = p.account_id AND e.symbol = p.symbol)`,
  'lot without its execution': `
    SELECT account_id AS account, l.id::text AS subject, NULL::numeric AS expected, leaves_qty AS found FROM lots l
    WHERE NOT EXISTS (SELECT 1 FROM executions e
                      WHERE e.id = l.id AND e.side = 'BUY' AND e.kind = 'TRADE' AND e.account_id = l.account_id)`,
  'lot is not what its execution brought in': `
    SELECT l.account_id AS account, l.id || ' ' || name AS subject, expected, found
    FROM lots l JOIN executions e ON e.id = l.id LEFT JOIN executions b ON b.busts_id = l.id
      CROSS JOIN LATERAL (VALUES ('quantity', e.qty::text, l.qty::text), ('cost', e.value::text, l.cost::text),
        ('busted', (b.id IS NOT NULL)::text, l.busted::text)) v(name, expected, found)
    WHERE (l.qty, l.cost, l.busted) <> (e.qty, e.value, b.id IS NOT NULL) AND expected <> found`,
  'lot is not what executions took and gave back': `
    SELECT l.account_id AS account, l.id::text AS subject, l.qty - coalesce(c.qty, 0) AS expected, l.leaves_qty AS found
    FROM lots l LEFT JOIN (
      SELECT lot_id, sum(c.qty * CASE WHEN e.side = 'SELL' AND e.kind = 'BUST' THEN -1 ELSE 1 END) AS qty
      FROM lot_closures c JOIN executions e ON e.id = c.execution_id GROUP BY 1) c ON c.lot_id = l.id
    WHERE l.leaves_qty <> l.qty - coalesce(c.qty, 0)`,
  ...entryChecks,
  ...holdChecks,
};
