import type { Database } from '../database/database.ts';
import type { Prisma } from '../database/generated/client.ts';
import type { InstrumentStatus, KillSwitchScope } from '../database/generated/enums.ts';
import type { Sight } from '../database/viewers.ts';
import type { MarketHours } from '../market/calendar.ts';
import type { KillSwitch } from './kill-switch.ts';

export interface LimitsRow {
  accountId: string;
  maxOrderValue: bigint | null;
  maxOpenOrders: number | null;
  maxDailyNotional: bigint | null;
  notionalDay: number;
  notionalUsed: bigint;
}

/** The name of the setting. */
const HOURS = 'market_hours';

/** Where processes are told that what each of them knows by heart was changed. */
export const CHANGED = 'bourse_controls';

type Tx = Prisma.TransactionClient;

/** With the commit: whoever reads then reads the change. */
const tellAll = async (tx: Tx): Promise<void> => {
  await tx.$executeRaw`SELECT pg_notify(${CHANGED}, '')`;
};

export const createControlStore = ({ pool, as }: Pick<Database, 'pool' | 'as'>) => ({
  /** What accounts may do and have done of it today; the caller found them under their owner, or may see all. */
  limitsOf: async (sight: Sight, accountIds: readonly string[]): Promise<LimitsRow[]> => {
    const text = `SELECT id AS "accountId", max_order_value AS "maxOrderValue", max_open_orders AS "maxOpenOrders",
                         max_daily_notional AS "maxDailyNotional", notional_day AS "notionalDay",
                         notional_used AS "notionalUsed" FROM accounts WHERE id = ANY($1::uuid[])`;
    return (await as(sight).query<LimitsRow>({ name: 'limits_of', text, values: [accountIds] })).rows;
  },
  /** What an operator has set, if one has. */
  hours: async (): Promise<MarketHours | undefined> => {
    const text = `SELECT value FROM settings WHERE name = '${HOURS}'`;
    return (await pool.query<{ value: MarketHours }>({ name: 'market_hours', text })).rows[0]?.value;
  },
  /** All switches that are engaged: a handful. */
  killSwitches: async (): Promise<KillSwitch[]> => {
    const text = `SELECT scope, target, cancel_open_orders AS "cancelOpenOrders", reason, engaged_by AS "engagedBy",
                         engaged_at AS "engagedAt" FROM kill_switches ORDER BY engaged_at DESC, scope, target`;
    return (await pool.query<KillSwitch>({ name: 'kill_switches', text })).rows;
  },
});

export type ControlStore = ReturnType<typeof createControlStore>;

/** False when no instrument has this symbol. */
export const saveInstrumentStatus = async (tx: Tx, symbol: string, status: InstrumentStatus): Promise<boolean> => {
  await tellAll(tx);
  return (await tx.instrument.updateMany({ where: { symbol }, data: { status } })).count > 0;
};

/** The account carries its switch as well, where every decision under its lock sees it. False without such an account. */
export const saveTradingBlocked = async (tx: Tx, accountId: string, tradingBlocked: boolean): Promise<boolean> =>
  (await tx.account.updateMany({ where: { id: accountId, kind: 'CUSTOMER' }, data: { tradingBlocked } })).count > 0;

export interface NewLimits {
  maxOrderValue?: bigint | null | undefined;
  maxOpenOrders?: number | null | undefined;
  maxDailyNotional?: bigint | null | undefined;
}

/** What is undefined stays. False without such an account. */
export const saveAccountLimits = async (tx: Tx, accountId: string, limits: NewLimits): Promise<boolean> => {
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  const where = { id: accountId, kind: 'CUSTOMER' as const };
  return (await tx.account.updateMany({ where, data: Object.fromEntries(given) })).count > 0;
};

export const saveKillSwitch = async (tx: Tx, { scope, target, ...rest }: KillSwitch): Promise<void> => {
  await tx.killSwitch.upsert({
    where: { scope_target: { scope, target } },
    create: { scope, target, ...rest },
    update: rest,
  });
  await tellAll(tx);
};

export const removeKillSwitch = async (tx: Tx, scope: KillSwitchScope, target: string): Promise<void> => {
  await tx.killSwitch.deleteMany({ where: { scope, target } });
  await tellAll(tx);
};

export const saveHours = async (tx: Tx, value: MarketHours, updatedAt: Date): Promise<void> => {
  await tx.setting.upsert({
    where: { name: HOURS },
    create: { name: HOURS, value, updatedAt },
    update: { value, updatedAt },
  });
  await tellAll(tx);
};
