import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { ensureFolder } from '../config/data-folder.ts';
import { ConfigError } from '../config.ts';
import type { Database } from '../database/database.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Log } from '../telemetry/log.ts';
import type { Strand } from './chain.ts';
import { hashOfSeal, NO_SEAL, readSeal, sealLine } from './seal.ts';
import { appendLine, lastLine } from './seal-file.ts';
import { sealing } from './seal-store.ts';

export interface SealerDeps {
  database: Pick<Database, 'pool'>;
  clock: Clock;
  ids: Ids;
  log: Log;
  folder: string;
  key: KeyObject;
  every_ms: number;
}

const same = (one: readonly Strand[], other: readonly Strand[]): boolean =>
  one.length === other.length && one.every(({ id, head }, at) => other[at]?.id === id && other[at].head === head);

/**
 * Writes down, outside of the database, how the strands of the audit log end: at the start, in intervals, and at the end.
 * Only when they have grown; only one process at a time, so that several may share the folder.
 */
export const createSealer = ({ database, clock, ids, log, folder, key, every_ms }: SealerDeps) => {
  let sealed: string | undefined;

  const write = async (origin: string, strands: Strand[]): Promise<void> => {
    // Or whoever rewrites the log under a running server could have it sealed anew.
    if (sealed !== undefined && sealed !== origin)
      throw new Error(
        `the database called itself ${sealed} and now calls itself ${origin}: its audit log was tampered with`,
      );
    sealed = origin;
    const file = join(folder, `${origin}.jsonl`);
    const { line, end } = (await lastLine(file)) ?? { line: undefined, end: 0 };
    const last = line === undefined ? undefined : readSeal(line);
    if (last !== undefined && same(last.strands, strands)) return;
    const seal = {
      number: (last?.number ?? 0) + 1,
      at: clock.now().toISOString(),
      origin,
      previous: line === undefined ? NO_SEAL : hashOfSeal(line),
      strands,
    };
    await appendLine(file, sealLine(seal, key), end);
  };

  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const seal = (): Promise<void> => {
    running ??= sealing(database, { id: ids.next(), createdAt: clock.now() }, write).finally(() => {
      running = undefined;
    });
    return running;
  };
  const attempt = (): Promise<void> =>
    seal().catch((error: unknown) => log.error({ err: error }, 'the audit log was not sealed'));

  return {
    seal,
    start: async (): Promise<void> => {
      try {
        ensureFolder(folder);
        await seal();
      } catch (error) {
        const { code, path } = error as NodeJS.ErrnoException;
        if (path === undefined) throw error;
        throw new ConfigError('AUDIT_SEAL_DIR', `${folder} cannot be written (${code})`);
      }
      timer = setInterval(attempt, every_ms);
      timer.unref();
    },
    stop: async (): Promise<void> => {
      clearInterval(timer);
      await attempt();
    },
  };
};
