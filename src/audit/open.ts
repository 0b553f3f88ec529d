import type { Config } from '../config.ts';
import { sealKey } from './seal-key.ts';
import { createSealer, type SealerDeps } from './sealer.ts';

/** Begins to seal the audit log, unless it is configured not to be; resolves to what ends it. */
export const openSeals = async ({
  config,
  ...needs
}: Pick<SealerDeps, 'database' | 'clock' | 'ids' | 'log'> & {
  config: Pick<Config, 'audit' | 'dataDir' | 'production'>;
}): Promise<() => Promise<void>> => {
  const key = sealKey(config);
  if (key === undefined) {
    needs.log.warn('AUDIT_SEALS is false: the audit log is not sealed');
    return async () => {};
  }
  const { sealFolder: folder, sealEvery_s } = config.audit;
  const sealer = createSealer({ ...needs, folder, key, every_ms: sealEvery_s * 1000 });
  await sealer.start();
  return sealer.stop;
};
