import { startBourse } from './lib/bourse.ts';
import { type Load, type Measured, post, run } from './lib/load.ts';
import { type Measurable, start } from './lib/process.ts';

/**
 * What the whole pipeline costs: `me` of a signed-in user against a bare Yoga "hello", in turns, by the kernel's count of
 * each server's CPU time.
 */
const ROUNDS = 5;
const ROUND_ms = 2_000;
const CONNECTIONS = 16;

export const measure = async (
  server: Measurable,
  load: Omit<Load, 'port' | 'connections' | 'lasting'>,
  lasting: number,
) => {
  const before = server.cpu_us();
  const measured: Measured = await run({ ...load, port: server.port, connections: CONNECTIONS, lasting });
  return { ...measured, cpu: (server.cpu_us() - before) / measured.answers };
};

export const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;

export const expectText = (text: string) => (body: string) => {
  if (!body.includes(text)) throw new Error(`unexpected answer: ${body}`);
};

export const benchMe = async (): Promise<void> => {
  const hello = await start(['bench/lib/hello.ts'], {}, /ready on (\d+)/);
  const bourse = await startBourse();
  try {
    const token = await bourse.customer('1000');
    const helloRequest = post('/graphql', JSON.stringify({ query: '{ hello }' }));
    const meRequest = post('/graphql', JSON.stringify({ query: '{ me { id username email roles } }' }), {
      authorization: `Bearer ${token}`,
    });
    const helloLoad = { request: () => helloRequest, check: expectText('world') };
    const meLoad = { request: () => meRequest, check: expectText('bench1') };
    await measure(hello, helloLoad, ROUND_ms);
    await measure(bourse, meLoad, ROUND_ms);
    const rounds: Record<'hello' | 'me', Awaited<ReturnType<typeof measure>>>[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [a, b] = [await measure(hello, helloLoad, ROUND_ms), await measure(bourse, meLoad, ROUND_ms)];
      rounds.push({ hello: a, me: b });
    }
    const show = (name: 'hello' | 'me'): string =>
      `${median(rounds.map((round) => round[name].cpu)).toFixed(0)} µs of CPU a request, ` +
      `${median(rounds.map((round) => round[name].perSecond)).toFixed(0)} requests/s, ` +
      `p99 ${median(rounds.map((round) => round[name].p99_ms)).toFixed(1)} ms`;
    console.log(`bare Yoga hello   ${show('hello')}`);
    console.log(`me, signed in     ${show('me')}`);
    const ratio = median(rounds.map(({ hello, me }) => me.cpu / hello.cpu));
    console.log(`ratio of CPU      ${ratio.toFixed(2)} (aim: at most 1.35)   RSS ${bourse.rss_mb().toFixed(0)} MB`);
  } finally {
    await bourse.stop();
    await hello.stop();
  }
};

if (import.meta.main) await benchMe();
