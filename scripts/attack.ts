// npm run attack [-- --sessions N]: attacks a server of its own on 127.0.0.1 in the ways that need many requests or a clock, prints what it
// measured, and fails when the server gives way. The refresh tokens of many sessions are raced; the time of a refused sign-in must not tell
// whether the user exists; a flood of sign-ins must not slow others down.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Ask, createAsk, signIn, signUp } from '../test/attacks/ask.ts';
import { raceRefreshes } from '../test/attacks/refresh-race.ts';
import { dataFolder, startServer } from '../test/support/process.ts';

const WIDTH = 50;
const ATTEMPTS = 600;
const NAMES = 20;
const FLOOD = 200;
/** One that knows nothing has 0.5. */
const AUC = { least: 0.45, most: 0.55 };
const BYSTANDER_p99_ms = 100;

const { values } = parseArgs({ options: { sessions: { type: 'string', default: '1000' } } });
const sessions = Number(values.sessions);
if (!(Number.isInteger(sessions) && sessions > 0)) {
  console.error('--sessions is a whole number');
  process.exit(2);
}

let failed = 0;
const judge = (good: boolean, text: string): void => {
  console.log(`${good ? '✓' : '✗'} ${text}`);
  if (!good) failed += 1;
};

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const started_ms = performance.now();
  await work();
  return performance.now() - started_ms;
};

/** The chance that a value of one list is above one of the other: what a clock tells of the difference (Mann and Whitney). */
const areaUnderCurve = (ones: number[], others: number[]): number => {
  let above = 0;
  for (const one of ones) for (const other of others) above += one > other ? 1 : one === other ? 0.5 : 0;
  return above / (ones.length * others.length);
};

const raceSessions = async (ask: Ask): Promise<void> => {
  const wrong = await raceRefreshes(ask, sessions, WIDTH);
  for (const what of wrong.slice(0, 10)) console.log(`  ${what}`);
  judge(wrong.length === 0, `${sessions} sessions, each refreshed ${WIDTH} times at once: ${wrong.length} went wrong`);
};

const timeSignIns = async (ask: Ask): Promise<void> => {
  // Each name may be tried a hundred times a day.
  for (let user = 0; user < NAMES; user += 1) await signUp(ask, `known${user}`);
  const known: number[] = [];
  const unknown: number[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    known.push(await timed(() => signIn(ask, `known${attempt % NAMES}`, 'a wrong password')));
    unknown.push(await timed(() => signIn(ask, `nobody${attempt % NAMES}`, 'a wrong password')));
  }
  const area = areaUnderCurve(known, unknown);
  judge(
    area >= AUC.least && area <= AUC.most,
    `the time of ${ATTEMPTS} refused sign-ins each tells known from unknown users with AUC ${area.toFixed(3)}`,
  );
};

const flood = async (ask: Ask): Promise<void> => {
  const { accessToken } = await signUp(ask, 'bystander');
  let flooding = true;
  const refused = { count: 0 };
  const attack = Promise.all(
    Array.from({ length: FLOOD }, (_, index) =>
      signIn(ask, `victim${index}`, 'a wrong password').catch(() => {
        refused.count += 1;
      }),
    ),
  ).then(() => {
    flooding = false;
  });
  const waits: number[] = [];
  const asked: Promise<unknown>[] = [];
  while (flooding) {
    asked.push(timed(() => ask('{ me { id } }', {}, accessToken)).then((wait) => waits.push(wait)));
    await sleep(5);
  }
  await Promise.all([attack, ...asked]);
  waits.sort((one, other) => one - other);
  const p99 = waits[Math.floor(waits.length * 0.99)] ?? Number.POSITIVE_INFINITY;
  judge(
    p99 < BYSTANDER_p99_ms,
    `during ${FLOOD} sign-ins at once (${refused.count} refused) ${waits.length} queries of another user had p99 ${p99.toFixed(1)} ms`,
  );
};

const folder = dataFolder();
const server = await startServer(folder.path, { LOG_LEVEL: 'silent', PAPER_TICK_MS: '0' });
try {
  const ask = createAsk(server.url);
  await flood(ask);
  await timeSignIns(ask);
  await raceSessions(ask);
} finally {
  server.signal('SIGTERM');
  await server.ended;
  await folder.remove();
}
process.exitCode = failed === 0 ? 0 : 1;
