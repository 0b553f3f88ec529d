import type pg from 'pg';
import { createPool } from '../../database/pool.ts';
import { limits } from '../../limits.ts';
import type { BucketRule, LimiterStore, Take, Verdict, WindowRule } from '../rule.ts';
import { windowAt, windowVerdict } from '../sliding-window.ts';
import { bucketVerdict } from '../token-bucket.ts';

/** token-bucket.ts as one statement. $1 key, $2 now, $3 cost and $4 capacity, all in µs. */
const bucketStatement = {
  name: 'limiter-bucket',
  text: `
    INSERT INTO rate_limits AS r (key, until, current, previous, allowed, expires_ms)
    VALUES ($1, CASE WHEN $3::bigint <= $4::bigint THEN greatest($2::bigint, $2 + $3) ELSE $2 END, 0, 0, $3 <= $4, ($2 + $4) / 1000 + 1)
    ON CONFLICT (key) DO UPDATE SET (until, allowed, expires_ms) = (
      SELECT CASE WHEN ok THEN greatest($2, full_at + $3) ELSE full_at END, ok, excluded.expires_ms
      FROM (SELECT full_at, $3 <= 0 OR full_at + $3 - $2 <= $4 AS ok
            FROM (SELECT least(greatest(r.until, $2), $2 + $4) AS full_at) AS a) AS b)
    RETURNING until::float8, allowed`,
};

/** sliding-window.ts as one statement. $1 key, $2 window, $3 elapsed and $4 period in ms, $5 cost, $6 limit. */
const windowStatement = {
  name: 'limiter-window',
  text: `
    INSERT INTO rate_limits AS r (key, until, current, previous, allowed, expires_ms)
    VALUES ($1, $2::bigint, CASE WHEN $5::bigint <= $6::bigint THEN greatest(0, $5) ELSE 0 END, 0, $5 <= $6, ($2 + 2) * $4::bigint)
    ON CONFLICT (key) DO UPDATE SET (until, current, previous, allowed, expires_ms) = (
      SELECT number, CASE WHEN ok THEN greatest(0, now_in + $5) ELSE now_in END, before, ok, excluded.expires_ms
      FROM (SELECT *, $5 <= 0 OR before * ($4 - gone) + (now_in + $5) * $4 <= $6 * $4 AS ok
            FROM (SELECT
                CASE WHEN r.until = $2 + 1 THEN r.until ELSE $2 END AS number,
                CASE WHEN r.until IN ($2, $2 + 1) THEN r.current ELSE 0 END AS now_in,
                CASE WHEN r.until IN ($2, $2 + 1) THEN r.previous WHEN r.until = $2 - 1 THEN r.current ELSE 0 END AS before,
                CASE WHEN r.until = $2 + 1 THEN 0 ELSE $3::bigint END AS gone) AS a) AS b)
    RETURNING until::float8, current::float8, previous::float8, allowed`,
};

interface Row {
  until: number;
  current: number;
  previous: number;
  allowed: boolean;
}

export interface PostgresStore extends LimiterStore {
  take(take: Take): Promise<Verdict>;
  ping(): Promise<unknown>;
  /** Takes rows away that say nothing any more. */
  sweep(now_ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Budgets that all processes on one database share, in an unlogged table: a crash forgets them, which costs a minute. */
export const createPostgresStore = (connection: pg.ClientConfig): PostgresStore => {
  // Its own few connections: those of requests may all be waiting for something else.
  const { connections: max, statement_ms: statement_timeout } = limits.limiter;
  const pool = createPool({ ...connection, max, statement_timeout }, () => {});

  const fromBucket = async (rule: BucketRule, { key, cost, now_us }: Take): Promise<Verdict> => {
    const values = [`${rule.name}:${key}`, now_us, cost * rule.interval_us, rule.capacity_us];
    const { rows } = await pool.query<Row>({ ...bucketStatement, values });
    const { until, allowed } = rows[0] as Row;
    return bucketVerdict(rule, until, allowed, cost, now_us);
  };

  const fromWindow = async (rule: WindowRule, { key, cost, now_us }: Take): Promise<Verdict> => {
    const { window, elapsed_ms } = windowAt(rule, now_us);
    const values = [`${rule.name}:${key}`, window, elapsed_ms, rule.period_ms, cost, rule.limit];
    const { rows } = await pool.query<Row>({ ...windowStatement, values });
    const { until, allowed, ...counts } = rows[0] as Row;
    return windowVerdict(rule, { window: until, ...counts }, allowed, cost, now_us);
  };

  return {
    take: (take) => (take.rule.kind === 'bucket' ? fromBucket(take.rule, take) : fromWindow(take.rule, take)),
    ping: () => pool.query('SELECT 1'),
    sweep: async (now_ms) => {
      await pool.query('DELETE FROM rate_limits WHERE expires_ms < $1', [now_ms]);
    },
    close: () => pool.end(),
  };
};
