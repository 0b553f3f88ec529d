import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRealApp } from '../http/real-app.ts';
import { testDatabase } from '../support/database.ts';

const production = {
  ENVIRONMENT: 'production',
  JWT_SECRET_KEY: '9f1c5d1e07b84a3c9a66f2b3d8e4017c5b2a9d4e6f8071a3',
  AUDIT_SEALS: 'false',
};

let database: Awaited<ReturnType<typeof testDatabase>>;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

it('production refuses a database whose demo users still have their published passwords', async () => {
  const { url } = database;
  await (await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0' }, { url })).close();
  await expect(startRealApp(production, { url })).rejects.toThrow(
    /^DATABASE_URL: .*admin@example\.com, user@example\.com/,
  );
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`UPDATE users SET status = 'SUSPENDED' WHERE username = 'user'`);
  await expect(startRealApp(production, { url })).rejects.toThrow(/\(admin@example\.com\)/);
  await client.query(
    `UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE username = 'user') WHERE username = 'admin'`,
  );
  await client.end();
  await (await startRealApp(production, { url })).close();
});
