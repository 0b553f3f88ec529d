import { createHash } from 'node:crypto';
import { Counter } from '@prometheus-io/client';
import { type Failure, failure } from '../../errors.ts';
import type { Guard } from '../../guard/guard.ts';
import type { Guards } from '../../guard/guards.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createLru } from '../../kernel/lru.ts';
import { limits } from '../../limits.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Ranges } from './breached-ranges.ts';

/** Why a new password is refused because others have seen it; undefined where it is not known, too. */
export type CheckBreached = (password: string, field: string) => Promise<Failure | undefined>;

const PREFIX = 5;

/** What a list of hashes that begin alike says of one of them. */
export const isListed = (list: string, rest: string): boolean => {
  const at = `\n${list}`.indexOf(`\n${rest}:`);
  return at >= 0 && Number.parseInt(list.slice(at + rest.length + 1), 10) > 0;
};

export interface BreachedNeeds {
  ranges: Pick<Ranges, 'ask'>;
  guard: Pick<Guard, 'call'>;
  clock: Clock;
  metrics: Metrics;
  log: Pick<Log, 'warn'>;
}

/**
 * Asks a service whether a password was seen in a breach. The service learns the first 20 of the 160 bits of its hash, which
 * hundreds of thousands of passwords have. Where it does not answer the password is taken: the rules and the list of common
 * ones have been asked by then, and a service that is down must not keep people from changing a password that they lost.
 */
const createCheckBreached = ({ ranges, guard, clock, metrics, log }: BreachedNeeds): CheckBreached => {
  const known = createLru<{ list: string; at_ms: number }>(limits.breached.ranges);
  const checks = new Counter({
    name: 'bourse_breached_password_checks_total',
    help: 'New passwords by what the service that knows breached ones said: seen, not_seen, or unknown when it did not answer.',
    labelNames: ['outcome'] as const,
    registers: [metrics],
  });

  const listOf = async (prefix: string): Promise<string> => {
    const now_ms = clock.now().getTime();
    const kept = known.get(prefix);
    if (kept !== undefined && Math.abs(now_ms - kept.at_ms) < limits.breached.keep_ms) return kept.list;
    const list = await guard.call((signal) => ranges.ask(prefix, signal), { idempotent: true });
    known.set(prefix, { list, at_ms: now_ms });
    return list;
  };

  return async (password, field) => {
    // As it is kept: the same characters, however a keyboard composes them.
    const hash = createHash('sha1').update(password.normalize('NFKC')).digest('hex').toUpperCase();
    try {
      const seen = isListed(await listOf(hash.slice(0, PREFIX)), hash.slice(PREFIX));
      checks.inc({ outcome: seen ? 'seen' : 'not_seen' });
      const message = 'This password was seen in a breach; choose another.';
      return seen ? failure('PASSWORD_TOO_COMMON', message, field) : undefined;
    } catch (error) {
      checks.inc({ outcome: 'unknown' });
      log.warn({ err: error }, 'a new password was taken without asking whether it was seen in a breach');
      return undefined;
    }
  };
};

/** Nobody is asked unless a service is configured; its client of HTTP is loaded then only. */
export const openCheckBreached = async ({
  url,
  guards,
  ...needs
}: Omit<BreachedNeeds, 'ranges' | 'guard'> & { url: string | undefined; guards: Pick<Guards, 'define'> }): Promise<{
  checkBreached: CheckBreached;
  close(): Promise<void>;
}> => {
  if (url === undefined) return { checkBreached: async () => undefined, close: async () => {} };
  const { createRanges } = await import('./breached-ranges.ts');
  const ranges = createRanges(url);
  const { call_ms, concurrent, queue } = limits.breached;
  const guard = guards.define('breached-passwords', { call_ms, concurrent, queue });
  return { checkBreached: createCheckBreached({ ...needs, ranges, guard }), close: ranges.close };
};
