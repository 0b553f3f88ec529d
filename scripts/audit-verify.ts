// npm run audit:verify [-- --public-key FILE]: goes through the whole audit log of a running system and all its seals, and
// names every line that was edited, removed, inserted, moved or cut off. Exit code 0: nothing was; 1: something was; 2: it
// could not be found out. Without --public-key the key is that of AUDIT_SEAL_KEY, in development the one below DATA_DIR.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { developmentKeyFile } from '../src/audit/seal-key.ts';
import { type Config, loadConfig } from '../src/config.ts';
import { openDatabase } from '../src/database/database.ts';
import { runningDatabase } from '../src/database/start.ts';
import type { Finding } from './lib/chain-check.ts';
import { verifyAudit } from './lib/verify-audit.ts';

/** More are not read one by one; they are counted. */
const SHOWN = 100;

const keyOf = ({ audit, dataDir, production }: Config, publicKeyFile: string | undefined): KeyObject | undefined => {
  if (publicKeyFile !== undefined) return createPublicKey(readFileSync(publicKeyFile, 'utf8'));
  if (audit.key !== undefined) return createPublicKey(createPrivateKey(audit.key));
  const file = developmentKeyFile(dataDir);
  return !production && existsSync(file) ? createPublicKey(createPrivateKey(readFileSync(file, 'utf8'))) : undefined;
};

const show = ({ strand, sequence, id, problem, message }: Finding): string => {
  const place = problem === 'SEAL' ? '' : ` strand ${strand}${sequence === null ? '' : `, line ${sequence}`}`;
  return `✗ ${problem}${place}${id === null ? '' : ` (${id})`}: ${message}`;
};

const verify = async (): Promise<number> => {
  const { values } = parseArgs({ options: { 'public-key': { type: 'string' } } });
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = loadConfig(process.env);
  const url = runningDatabase(config);
  if (url === undefined) throw new Error('no server runs on DATA_DIR; start it, or name a database in DATABASE_URL');
  const database = await openDatabase(url, { connections: 1 });
  try {
    let findings = 0;
    const report = (finding: Finding): void => {
      findings += 1;
      if (findings <= SHOWN) console.log(show(finding));
    };
    const { sealFolder: folder } = config.audit;
    const key = keyOf(config, values['public-key']);
    const { lines, seals, unsealed } = await verifyAudit({ pool: database.pool, folder, key }, report);
    if (findings > SHOWN) console.log(`… and ${findings - SHOWN} more`);
    if (findings > 0) return 1;
    console.log(`✓ the audit log is whole: ${lines} lines, ${seals} seals, ${unsealed} lines not sealed yet`);
    if (seals === 0) console.log(`! no seal was found in ${folder}: only the chain could be checked`);
    return 0;
  } finally {
    await database.close();
  }
};

process.exitCode = await verify().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 2;
});
