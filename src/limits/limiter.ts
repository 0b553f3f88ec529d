/** The bounds of the limits by request rate; the limits themselves are settings. Part of limits.ts. */
export const limiter = {
  /** Addresses or viewers that this process counts at once: 12 bytes a place, and twice as many places. */
  keys: 1_000_000,
  /** Stands for a limit that was taken away: the arithmetic of the limits stays exact up to here. */
  none: 1_000_000_000,
  /** Buckets that are known to be empty without asking the store. */
  spentKeys: 10_000,
  /** How many times the cost that a customer has a minute; support answers many customers, auditors read whole books. */
  tiers: { USER: 1, SUPPORT: 2, AUDITOR: 4, ADMIN: 4 },
  /** Users whose order budget this process holds a part of, and how long it keeps what it does not spend. */
  leases: 10_000,
  lease_ms: 5_000,
  /** Nothing waits longer for Redis. */
  redis_ms: 50,
  /** Postgres has longer: what asks it here needs it for its own work too. */
  postgres_ms: 1_000,
  /** A statement that takes longer is given up; its caller has been refused by then. */
  statement_ms: 2_000,
  /** Answers in a row that a store may miss before nobody asks it any more; one alone is a busy machine's. */
  misses: 3,
  /** How often a store that did not answer is asked whether it is back. */
  retry_ms: 1_000,
  redisConnect_ms: 1_000,
  redisReconnect_ms: 1_000,
  /** Commands that may wait for one connection's answers; each is a batch. */
  redisQueue: 1_000,
  /** Takes in one call: Redis serves nobody else meanwhile, for about 0.3 ms. */
  redisBatch: 256,
  /** Connections of the limiter's own, so that it is not in line behind requests. */
  connections: 2,
  /** How often rows that say nothing any more are swept away. */
  sweep_ms: 60_000,
} as const;
