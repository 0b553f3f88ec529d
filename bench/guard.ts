// npm run bench:guard: the CPU time that a guard adds to a call that works, against the same call without it.
import { createGuard } from '../src/guard/guard.ts';
import { createGuardMetrics } from '../src/guard/metrics.ts';
import { guardRules } from '../src/guard/rules.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';

const CALLS = 200_000;
const ROUNDS = 7;

const now_ms = (): number => performance.now();
const guard = createGuard({
  name: 'upstream:bench',
  rules: guardRules({ failureThreshold: 5, openFor_s: 60 }),
  now_ms,
  observe: createGuardMetrics(createMetrics(), { clock: systemClock, now_ms }).observer('upstream:bench'),
  changed: () => {},
});
const caller = new AbortController();
const work = async (): Promise<number> => 1;

const ways: Record<string, () => Promise<unknown>> = {
  'without a guard': work,
  'guard.call': () => guard.call(work),
  'guard.call, idempotent, with the caller’s signal': () =>
    guard.call(work, { idempotent: true, signal: caller.signal }),
  'guard.read, with a fallback kept': () => guard.read('key', work),
};

const time_us = async (call: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage();
  for (let times = 0; times < CALLS; times += 1) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
};
const median = (values: number[]): number => values.sort((one, other) => one - other)[values.length >> 1] ?? 0;

const times = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, call] of Object.entries(ways)) times.get(name)?.push(await time_us(call));
}
const bare = median(times.get('without a guard') ?? []);
console.log(`median of ${ROUNDS} rounds of ${CALLS} calls`);
for (const [name, all] of times) {
  const us = median(all);
  console.log(`${name.padEnd(50)} ${us.toFixed(2)} µs a call, ${(us - bare).toFixed(2)} more (the bar is 5)`);
}
