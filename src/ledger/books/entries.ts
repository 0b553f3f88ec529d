import { house } from '../house.ts';

/** What was booked, against what it was booked for. Entry by entry: in sums over accounts two errors could hide each other. */

const sign = "CASE side WHEN 'BUY' THEN 1 ELSE -1 END";

export const entryChecks: Readonly<Record<string, string>> = {
  'execution is not worth its price times its quantity': `
    SELECT account_id AS account, e.id::text AS subject, worth AS expected, value AS found
    FROM executions e JOIN instruments i USING (symbol)
      JOIN assets b ON b.code = i.base_asset JOIN assets q ON q.code = i.quote_asset
      CROSS JOIN LATERAL (SELECT price::numeric * qty * round(power(10::numeric, q.scale - i.price_scale - b.scale)) AS worth) w
    WHERE value <> worth`,
  // The venue's side, or the house's where it made up for something, is what the others leave: entries balance.
  'trade has not moved what its executions say': `
    SELECT account_id AS account, trade_id || ' ' || asset AS subject, sum(said) AS expected, sum(booked) AS found
    FROM (SELECT trade_id, l.account_id, l.asset, said, 0 AS booked
          FROM executions e JOIN instruments i USING (symbol) CROSS JOIN LATERAL (VALUES
            (account_id, base_asset, ${sign} * qty),
            (account_id, quote_asset, -(${sign}) * value - fee),
            ('${house.fees}', quote_asset, fee)) l(account_id, asset, said)
          WHERE e.kind = 'TRADE'
          UNION ALL
          SELECT reference, account_id, asset, 0, amount
          FROM journal_entries j JOIN postings p ON p.entry_id = j.id
            JOIN accounts a ON a.id = p.account_id AND a.kind NOT IN ('VENUE', 'COVER')
          WHERE j.kind = 'TRADE') moved
    GROUP BY trade_id, account_id, asset HAVING sum(said) <> sum(booked)`,
  'reversal is not the opposite of its entry': `
    SELECT account_id AS account, r.id || ' ' || asset AS subject,
           -sum(CASE WHEN entry_id <> r.id THEN amount ELSE 0 END) AS expected, sum(CASE WHEN entry_id = r.id THEN amount ELSE 0 END) AS found
    FROM (SELECT id, id AS entry_id FROM journal_entries WHERE kind = 'REVERSAL'
          UNION ALL SELECT id, reference FROM journal_entries WHERE kind = 'REVERSAL') r
      JOIN postings p USING (entry_id)
    GROUP BY r.id, account_id, asset HAVING sum(amount) <> 0`,
  'side of a trade is not busted as its entry is reversed': `
    SELECT NULL::uuid AS account, id::text AS subject, reversed AS expected, busted AS found
    FROM (SELECT busts_id AS id, 'busted' AS busted FROM executions WHERE kind = 'BUST') b
      FULL JOIN (SELECT e.id, 'busted' AS reversed
                 FROM journal_entries r JOIN journal_entries t ON t.id = r.reference AND t.kind = 'TRADE'
                   JOIN executions e ON e.trade_id = t.reference AND e.kind = 'TRADE'
                 WHERE r.kind = 'REVERSAL') r USING (id)
    WHERE busted IS NULL OR reversed IS NULL`,
  'transfer is not what its entry booked': `
    SELECT account_id AS account, id || ' ' || asset AS subject, sum(said) AS expected, sum(booked) AS found
    FROM (SELECT id, kind::text, account_id, asset, CASE kind WHEN 'DEPOSIT' THEN amount ELSE -amount END AS said, 0 AS booked
          FROM transfers
          UNION ALL
          SELECT reference, j.kind::text, account_id, asset, 0, amount
          FROM journal_entries j JOIN postings p ON p.entry_id = j.id
            JOIN accounts a ON a.id = p.account_id AND a.kind <> 'WORLD'
          WHERE j.kind IN ('DEPOSIT', 'WITHDRAWAL')) moved
    GROUP BY id, kind, account_id, asset HAVING sum(said) <> sum(booked)`,
};
