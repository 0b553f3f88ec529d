import type { Database } from '../database/database.ts';
import type { Prisma } from '../database/generated/client.ts';
import type { CircuitState } from './breaker.ts';

/** A circuit as all processes see it. */
export interface SharedCircuit {
  name: string;
  state: CircuitState;
  openUntil: Date | null;
  lastError: string | null;
  changedBy: string | null;
  changedAt: Date;
  isolated: boolean;
  reason: string | null;
  resets: number;
}

export type Finding = Pick<SharedCircuit, 'name' | 'state' | 'openUntil' | 'lastError' | 'changedAt'> & {
  changedBy: string;
};

export const createCircuitStore = ({ pool }: Pick<Database, 'pool'>) => ({
  all: async (): Promise<SharedCircuit[]> => {
    const text = `SELECT name, state, open_until AS "openUntil", last_error AS "lastError", changed_by AS "changedBy",
                         changed_at AS "changedAt", isolated, reason, resets FROM circuits`;
    return (await pool.query<SharedCircuit>({ name: 'circuits', text })).rows;
  },
  /** What this process has found; what operators have decided stays. */
  save: async ({ name, state, openUntil, lastError, changedBy, changedAt }: Finding): Promise<void> => {
    const text = `INSERT INTO circuits (name, state, open_until, last_error, changed_by, changed_at)
                  VALUES ($1, $2::"CircuitState", $3, $4, $5, $6)
                  ON CONFLICT (name) DO UPDATE SET state = EXCLUDED.state, open_until = EXCLUDED.open_until,
                    last_error = EXCLUDED.last_error, changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at`;
    await pool.query({ name: 'save_circuit', text, values: [name, state, openUntil, lastError, changedBy, changedAt] });
  },
});

export type CircuitStore = ReturnType<typeof createCircuitStore>;

type Tx = Prisma.TransactionClient;

export const saveIsolated = async (tx: Tx, name: string, reason: string, now: Date): Promise<SharedCircuit> => {
  const change = { isolated: true, reason };
  return tx.circuit.upsert({ where: { name }, create: { name, changedAt: now, ...change }, update: change });
};

/** Every process closes its own breaker when it sees the new count. */
export const saveReset = async (tx: Tx, name: string, now: Date): Promise<SharedCircuit> => {
  const change = { state: 'CLOSED', openUntil: null, isolated: false, reason: null, changedAt: now } as const;
  return tx.circuit.upsert({
    where: { name },
    create: { name, resets: 1, ...change },
    update: { resets: { increment: 1 }, ...change },
  });
};
