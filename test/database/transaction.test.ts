import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTransaction } from '../../src/database/transaction.ts';
import { limits } from '../../src/limits.ts';
import { type People, people } from '../support/people.ts';

let world: People;
beforeAll(async () => {
  world = await people();
});
afterAll(() => world.close());

describe('a transaction', () => {
  test('that lost a deadlock is run again, so both are done', async () => {
    const [one, other] = [await world.person(), await world.person()];
    let runs = 0;
    let meet = (): void => {};
    const met = new Promise<void>((resolve) => {
      let arrived = 0;
      meet = () => {
        arrived += 1;
        if (arrived === 2) resolve();
      };
    });
    const rename = (ids: string[], displayName: string) =>
      inTransaction(world.database, async (tx) => {
        runs += 1;
        for (const userId of ids) {
          await tx.profile.update({ where: { userId }, data: { displayName } });
          meet();
          await met;
        }
      });
    await Promise.all([rename([one.id, other.id], 'first'), rename([other.id, one.id], 'second')]);
    expect(runs).toBe(3);
    expect((await world.profile.get(one.id)).displayName).toBe((await world.profile.get(other.id)).displayName);
  });

  test('that keeps losing, or waits too long for a lock, refuses as overloaded and leaves nothing', async () => {
    const { id } = await world.person();
    const attempt = (sqlState: string) =>
      inTransaction(world.database, async (tx) => {
        await tx.profile.update({ where: { userId: id }, data: { displayName: 'half-way' } });
        runs += 1;
        await tx.$executeRawUnsafe(`DO $$ BEGIN RAISE EXCEPTION 'raised' USING ERRCODE = '${sqlState}'; END $$`);
      });
    let runs = 0;
    await expect(attempt('40001')).rejects.toMatchObject({ code: 'OVERLOADED', retryAfter_s: 1 });
    expect(runs).toBe(limits.database.attempts);
    runs = 0;
    await expect(attempt('55P03')).rejects.toMatchObject({ code: 'OVERLOADED', retryAfter_s: 1 });
    expect(runs).toBe(1);
    expect((await world.profile.get(id)).displayName).toBeNull();
  });

  test('that breaks a rule is not run again', async () => {
    await world.person();
    let runs = 0;
    const attempt = inTransaction(world.database, async (tx) => {
      runs += 1;
      await tx.$executeRaw`UPDATE accounts SET open_orders = -1`;
    });
    await expect(attempt).rejects.toThrow();
    expect(runs).toBe(1);
  });
});
