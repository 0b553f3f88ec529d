import type { Clock } from '../kernel/clock.ts';
import { limits } from '../limits.ts';
import { type Handler, jsonAnswer } from './answer.ts';

/** Resolves when the dependency can be used, rejects when not. */
export type Check = () => Promise<unknown>;
export type Checks = Readonly<Record<string, Check>>;

/** What one look at a dependency found. */
export interface Look {
  up: boolean;
  latency_ms: number;
}

const look = async (check: Check, within_ms: number): Promise<Look> => {
  const started_ms = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, within_ms, false);
  });
  const answer = Promise.resolve()
    .then(check)
    .then(
      () => true,
      () => false,
    );
  const up = await Promise.race([answer, deadline]).finally(() => clearTimeout(timer));
  return { up, latency_ms: Math.round((performance.now() - started_ms) * 100) / 100 };
};

/** Which of the dependencies can be used now; one that has not answered within the time cannot. */
export const lookAt = async (checks: Checks, within_ms: number = limits.http.check_ms): Promise<Record<string, Look>> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await look(check, within_ms)] as const),
    ),
  );

/** Health for people and old monitors, liveness for restarts, readiness for load balancers. */
export const createHealth = ({
  checks,
  clock,
  isDraining,
}: {
  checks: Checks;
  clock: Clock;
  isDraining: () => boolean;
}) => {
  const timestamp = (): string => clock.now().toISOString();
  const healthy: Handler = () => jsonAnswer(200, { status: 'healthy', service: 'api-gateway', timestamp: timestamp() });
  const live: Handler = () => jsonAnswer(200, { status: 'live', timestamp: timestamp() });
  const ready: Handler = async ({ note }) => {
    const answers = Object.entries(await lookAt(checks));
    const states = Object.fromEntries(answers.map(([name, { up }]) => [name, up ? 'up' : 'down']));
    const isReady = answers.every(([, { up }]) => up) && !isDraining();
    const status = isReady ? 'ready' : isDraining() ? 'draining' : 'unavailable';
    if (!isReady) note.outcome = 'DEPENDENCY_UNAVAILABLE';
    return jsonAnswer(isReady ? 200 : 503, { status, checks: states, timestamp: timestamp() });
  };
  return { healthy, live, ready };
};
