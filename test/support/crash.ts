import { setTimeout as sleep } from 'node:timers/promises';
import { damage } from './aftermath.ts';
import { type Sent, signUp, startLoad } from './clients.ts';
import { dataFolder, isAlive, type ServerProcess, startServer } from './process.ts';
import { until } from './until.ts';

export const crashes = ['server', 'database', 'server and database'] as const;
export type Crash = (typeof crashes)[number];

const CLIENTS = 8;
/** Acknowledged before the kill, so that it never hits a server that has done nothing yet. */
const WARM = 60;

/** Clients of one address come faster than a real address may. */
export interface Aftermath {
  sent: Sent;
  /** What the crash has broken, in words; empty when all is right. */
  damage: string[];
  /** From the crash, or the new start, to the first time that the server said that it is ready. */
  ready_ms: number;
}

export interface Subject {
  /** Puts the server under load, kills, starts again, looks what is left. */
  crash(what: Crash, after_ms: number): Promise<Aftermath>;
  remove(): Promise<void>;
}

const untilReady = async ({ url, ended, stderr }: ServerProcess): Promise<void> => {
  let over: unknown;
  ended.then((how) => {
    over = how;
  });
  for (;;) {
    if (over !== undefined) throw new Error(`the server ended with ${over}: ${stderr()}`);
    const ready = await fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await sleep(20);
  }
};

/** A server with an embedded database of its own, to be killed again and again. */
export const startSubject = async (seed: number): Promise<Subject> => {
  const folder = dataFolder();
  // The market moves, so that reports and commands cross.
  const start = () =>
    startServer(folder.path, { PAPER_TICK_MS: '50', LOG_LEVEL: 'error', ORDERS_PER_MINUTE: '1000000' });
  let server = await start();
  let round = 0;

  const kill = async (what: Crash): Promise<void> => {
    const database = folder.postgresPid();
    if (what !== 'database') process.kill(server.pid, 'SIGKILL');
    if (what !== 'server') process.kill(database, 'SIGKILL');
    if (what !== 'database') await server.exited;
    if (what !== 'server') await until(() => !isAlive(database));
  };

  return {
    crash: async (what, after_ms) => {
      round += 1;
      const clients = [];
      while (clients.length < CLIENTS) clients.push(await signUp(server.url, seed + round, clients.length));
      const load = startLoad(server.url, clients);
      await until(() => load.sent.acknowledged.size > WARM);
      await sleep(after_ms);
      await kill(what);
      const began = performance.now();
      if (what !== 'database') server = await start();
      await untilReady(server);
      const ready_ms = performance.now() - began;
      const sent = await load.stop();
      // A server that does not answer any more is damage too, and the next round may tell more.
      const found = damage(server.url, folder.ask, sent).catch((error: Error) => [error.message]);
      return { sent, ready_ms, damage: await found };
    },
    remove: folder.remove,
  };
};
