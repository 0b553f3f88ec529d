import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import type { Finding } from '../../scripts/lib/chain-check.ts';
import { verifyAudit } from '../../scripts/lib/verify-audit.ts';
import { createCommand } from '../../src/audit/command.ts';
import { createSealer } from '../../src/audit/sealer.ts';
import { failure } from '../../src/errors.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { ok, refused } from '../../src/kernel/result.ts';
import { testDatabase } from '../support/database.ts';
import { startTrading } from '../support/trading.ts';

/** A server that trades and seals on a database of its own, and somebody who may do everything to that database. */
export const auditWorld = async () => {
  const { url, close } = await testDatabase();
  const trading = await startTrading({ url });
  const superuser = new pg.Client(url);
  await superuser.connect();
  await superuser.query('SET session_replication_role = replica');
  const folder = mkdtempSync(join(tmpdir(), 'bourse-seals-'));
  const key = generateKeyPairSync('ed25519').privateKey;
  const { database, ids } = trading;
  const clock = systemClock;
  const log = pino({ level: 'silent' });
  const newSealer = () => createSealer({ database, clock, ids, log, folder, key, every_ms: 3_600_000 });
  const command = createCommand({ database, clock, ids });

  return {
    trading,
    superuser,
    folder,
    key,
    seal: newSealer().seal,
    /** As a server does that was started just now. */
    sealAnew: () => newSealer().seal(),
    sealFile: async (): Promise<string> => {
      const { rows } = await superuser.query<{ id: string }>('SELECT id FROM audit_origin');
      return join(folder, `${rows[0]?.id}.jsonl`);
    },
    /** One line from outside of the lane. */
    line: (target: string, details: Record<string, string> = {}, isRefused = false) =>
      command({ by: { userId: null, requestId: ids.next() }, action: 'test', target, details }, async () =>
        isRefused ? refused(failure('NOT_FOUND', 'not there')) : ok({}),
      ),
    verify: async (by = key) => {
      const findings: Finding[] = [];
      const report = (finding: Finding) => findings.push(finding);
      const summary = await verifyAudit({ pool: database.pool, folder, key: by }, report);
      return { ...summary, findings };
    },
    close: async (): Promise<void> => {
      await superuser.end();
      await trading.close();
      await close();
      rmSync(folder, { recursive: true });
    },
  };
};

export type AuditWorld = Awaited<ReturnType<typeof auditWorld>>;
