import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError, ensureFolder } from '../config.ts';

export const developmentKeyFile = (dataDir: string): string => join(dataDir, 'audit-seal-key.pem');

/**
 * The key that signs seals: the configured one; in development one that is made once and kept beside the database. Production has
 * none of its own: a key that lies beside what it protects would protect nothing. Without seals there is none.
 */
export const sealKey = ({ audit, dataDir, production }: Pick<Config, 'audit' | 'dataDir' | 'production'>) => {
  if (!audit.seals) return undefined;
  if (audit.key !== undefined) return createPrivateKey(audit.key);
  return production ? undefined : developmentKey(dataDir);
};

const developmentKey = (dataDir: string): KeyObject => {
  const file = developmentKeyFile(dataDir);
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    try {
      ensureFolder(dataDir);
      writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { flag: 'wx', mode: 0o600 });
      chmodSync(file, 0o600);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Another process was first: its key is the one.
      if (code !== 'EEXIST' || !existsSync(file))
        throw new ConfigError('DATA_DIR', `${dataDir} cannot be written (${code})`);
    }
  }
  return createPrivateKey(readFileSync(file, 'utf8'));
};
