import { bucketRule, MINUTE_ms } from '../src/limiter/rule.ts';
import { createMemoryStore } from '../src/limiter/stores/memory.ts';
import { redisIsMissing, startRedis } from '../test/support/redis.ts';
import { startBourse } from './lib/bourse.ts';
import { post } from './lib/load.ts';
import { expectText, measure, median } from './me.ts';

/**
 * What the limits by request rate cost: a call of the local limiter and its memory with a million keys, and the CPU of `me` with
 * limits in Redis against the same with limits in the process, in turns.
 */
const KEYS = 1_000_000;
const CALLS = 2_000_000;
const ROUNDS = 5;
const ROUND_ms = 2_000;

/** Resident megabytes after what is not used any more is gone. */
const resident_mb = (): number => {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 1_000_000;
};

/** CPU time, so that what else runs on the machine is not counted. */
const timed_us = (calls: number, call: (at: number) => void): number => {
  const started = process.cpuUsage();
  for (let at = 0; at < calls; at += 1) call(at);
  const { user, system } = process.cpuUsage(started);
  return (user + system) / calls;
};

const benchLocal = (): void => {
  const rule = bucketRule('viewer', 60_000, MINUTE_ms);
  // Ids as viewers have them, made before and in one piece, as they come from the database: text is not the limiter's cost.
  const ids = Array.from({ length: KEYS }, (_, at) =>
    Buffer.from(`0190a000-0000-7000-8000-${at.toString(16).padStart(12, '0')}`).toString('latin1'),
  );
  const now_us = 1_760_000_000_000_000;
  const warm = createMemoryStore(1_000);
  timed_us(200_000, (at) => void warm.take({ rule, key: ids[at % 1_000] as string, cost: 5, now_us: now_us + at }));
  const before = resident_mb();
  const store = createMemoryStore(KEYS);
  const first = timed_us(KEYS, (at) => void store.take({ rule, key: ids[at] as string, cost: 5, now_us: now_us + at }));
  const memory = resident_mb() - before;
  const spread = timed_us(CALLS, (at) => {
    store.take({ rule, key: ids[(at * 7_919) % KEYS] as string, cost: 5, now_us: now_us + at });
  });
  const hot = timed_us(
    CALLS,
    (at) => void store.take({ rule, key: ids[at % 100] as string, cost: 5, now_us: now_us + at }),
  );
  let forgotten = 0;
  for (const key of ids) if (store.take({ rule, key, cost: 0, now_us }).remaining === rule.limit) forgotten += 1;
  console.log(`local limiter, a hundred keys    ${hot.toFixed(2)} µs a call (aim: at most 1)`);
  console.log(`local limiter, a million keys    ${spread.toFixed(2)} µs a call, ${first.toFixed(2)} for a new key`);
  console.log(
    `memory of a million keys         ${memory.toFixed(0)} MB (aim: at most 64), ${forgotten} of them forgotten`,
  );
};

const benchRedis = async (): Promise<void> => {
  if (redisIsMissing !== undefined) {
    console.log(`redis limiter: not measured, ${redisIsMissing}`);
    return;
  }
  const redis = await startRedis();
  const local = await startBourse();
  const shared = await startBourse({ REDIS_URL: redis.url });
  try {
    const requestFor = async (bourse: typeof local): Promise<Buffer> =>
      post('/graphql', JSON.stringify({ query: '{ me { id username email roles } }' }), {
        authorization: `Bearer ${await bourse.customer('1000')}`,
      });
    const [alone, withRedis] = [await requestFor(local), await requestFor(shared)];
    const check = expectText('bench1');
    const rounds: { local: number; shared: number }[] = [];
    for (let round = -1; round < ROUNDS; round += 1) {
      const one = await measure(local, { request: () => alone, check }, ROUND_ms);
      const other = await measure(shared, { request: () => withRedis, check }, ROUND_ms);
      if (round >= 0) rounds.push({ local: one.cpu, shared: other.cpu });
    }
    const of = (name: 'local' | 'shared'): string => median(rounds.map((round) => round[name])).toFixed(0);
    const ratio = median(rounds.map((round) => round.shared / round.local));
    console.log(`me, limits in the process        ${of('local')} µs of CPU a request`);
    console.log(`me, limits in Redis              ${of('shared')} µs, ratio ${ratio.toFixed(2)} (aim: at most 1.15)`);
  } finally {
    await shared.stop();
    await local.stop();
    await redis.stop();
  }
};

export const benchLimiter = async (): Promise<void> => {
  benchLocal();
  await benchRedis();
};

if (import.meta.main) await benchLimiter();
