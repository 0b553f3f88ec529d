import { createHash } from 'node:crypto';
import { createClient } from '@redis/client';
import { limits } from '../../limits.ts';
import type { LimiterStore, Take, Verdict } from '../rule.ts';
import { withDeadline } from './fail-fast.ts';
import { numbersOf, SCRIPT, verdictOf } from './redis-script.ts';

const SHA = createHash('sha1').update(SCRIPT).digest('hex');
const PREFIX = 'bourse:limit:';

const isMissingScript = (error: unknown): boolean => error instanceof Error && error.message.startsWith('NOSCRIPT');

export type RedisClient = ReturnType<typeof connectRedis>['client'];

/** One connection that never keeps a command for later: without Redis the answer is an error at once. */
export const connectRedis = (url: string) => {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: limits.limiter.redisQueue,
    socket: {
      connectTimeout: limits.limiter.redisConnect_ms,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, limits.limiter.redisReconnect_ms),
      noDelay: true,
    },
  });
  // Every loss is told to whoever asks next; without a listener it would end the process.
  client.on('error', () => {});
  return {
    client,
    /** Resolves when connected, or when the first attempt had its time; later attempts go on by themselves. */
    started: Promise.race([
      client.connect().then(
        () => {},
        () => {},
      ),
      new Promise<void>((resolve) => setTimeout(resolve, limits.limiter.redisConnect_ms).unref()),
    ]),
  };
};

interface Waiting {
  take: Take;
  resolve(verdict: Verdict): void;
  reject(error: unknown): void;
}

/**
 * Budgets that all processes on one Redis or Valkey share. Takes that come while a call is on its way go together with the
 * next, like commands of the lane: under load one round trip serves many requests, alone nobody waits. When a call is late, those
 * that wait for the next have waited as long.
 */
export const createRedisStore = (
  client: RedisClient,
  deadline_ms: number,
): LimiterStore & { take(take: Take): Promise<Verdict>; ping(): Promise<unknown> } => {
  let waiting: Waiting[] = [];
  let inFlight = false;

  const evaluate = async (takes: readonly Take[]): Promise<string> => {
    const call = {
      keys: takes.map(({ rule, key }) => `${PREFIX}${rule.name}:${key}`),
      arguments: [takes.map(numbersOf).join(' ')],
    };
    try {
      return (await client.evalSha(SHA, call)) as string;
    } catch (error) {
      if (!isMissingScript(error)) throw error;
      return (await client.eval(SCRIPT, call)) as string;
    }
  };

  const fly = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const answer = await withDeadline(deadline_ms, () => evaluate(batch.map(({ take }) => take)));
      const words = answer.split(' ');
      for (const [index, { take, resolve }] of batch.entries())
        resolve(verdictOf(take, words[2 * index] === '1', words[2 * index + 1] ?? ''));
    } catch (error) {
      const late = waiting;
      waiting = [];
      for (const { reject } of [...batch, ...late]) reject(error);
    }
  };

  const flush = (): void => {
    if (waiting.length === 0) {
      inFlight = false;
      return;
    }
    inFlight = true;
    const batch = waiting.slice(0, limits.limiter.redisBatch);
    waiting = waiting.slice(limits.limiter.redisBatch);
    void fly(batch).then(flush);
  };

  return {
    take: (take) =>
      new Promise((resolve, reject) => {
        waiting.push({ take, resolve, reject });
        // The first of a turn of the event loop waits for the others of that turn.
        if (inFlight) return;
        inFlight = true;
        setImmediate(flush);
      }),
    // A server that came back has lost the script; giving it again is as good a question as any.
    ping: () => client.scriptLoad(SCRIPT),
  };
};
