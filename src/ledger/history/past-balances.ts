/** How much of an asset an account had at an instant. */
export interface PastBalance {
  asset: string;
  posted: bigint;
}

/** By asset, as of an instant; what the account had never had until then is left out. */
export const pastBalances = {
  name: 'balances_at',
  text: `SELECT b.asset, p.balance_after AS posted
         FROM balances b CROSS JOIN LATERAL (
           SELECT balance_after FROM postings
           WHERE account_id = b.account_id AND asset = b.asset AND created_at <= $2
           ORDER BY created_at DESC, sequence DESC LIMIT 1
         ) p WHERE b.account_id = $1 ORDER BY b.asset`,
} as const;

/** Times are kept in milliseconds, so this is the last instant before. */
export const justBefore = (at: Date): Date => new Date(at.getTime() - 1);
