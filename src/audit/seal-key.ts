import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { madeOnce } from '../config/data-folder.ts';
import type { Config } from '../config.ts';

const NAME = 'audit-seal-key.pem';

export const developmentKeyFile = (dataDir: string): string => join(dataDir, NAME);

const newKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/**
 * The key that signs seals: the configured one; in development one that is made once and kept beside the database. Production has
 * none of its own: a key that lies beside what it protects would protect nothing. Without seals there is none.
 */
export const sealKey = ({ audit, dataDir, production }: Pick<Config, 'audit' | 'dataDir' | 'production'>) => {
  if (!audit.seals) return undefined;
  if (audit.key !== undefined) return createPrivateKey(audit.key);
  return production ? undefined : createPrivateKey(madeOnce(dataDir, NAME, newKey));
};
