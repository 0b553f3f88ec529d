import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The venue simulator in a process of its own, as `npm run venue` starts it. */
export interface VenueProcess {
  url: string;
  /** Makes it misbehave; without any, it behaves again. */
  faults(faults?: object): Promise<void>;
  /** How often each order, or replacement by its new id, was received. */
  received(): Promise<Record<string, number>>;
  /** Resolves when another request to this path has come, answered or not. */
  nextRequest(path: string): Promise<void>;
  kill(): Promise<void>;
  /** On the same port, with what it remembers. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
export const VENUE_TOKEN = 'the token of the tests for the venue';

export const startVenue = async (): Promise<VenueProcess> => {
  const folder = mkdtempSync(join(tmpdir(), 'bourse-venue-'));
  let child: ChildProcess | undefined;
  let port = '0';

  const start = async (): Promise<void> => {
    const started = spawn(process.execPath, ['scripts/venue.ts'], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        VENUE_PORT: port,
        VENUE_STATE: join(folder, 'venue.ndjson'),
        VENUE_TOKEN,
        VENUE_TICK_MS: '0',
      },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    child = started;
    let said = '';
    started.stdout?.on('data', (chunk) => (said += chunk));
    for (;;) {
      const found = /ready at http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (found !== undefined) {
        port = found;
        return;
      }
      if (started.exitCode !== null) throw new Error(`the venue ended: ${said}`);
      await sleep(20);
    }
  };
  const kill = async (): Promise<void> => {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null) return;
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill('SIGKILL');
    await ended;
  };
  const admin = async <Answer>(path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${port}/admin/${path}`, {
      method: 'POST',
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Answer;
  };

  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    faults: async (faults = {}) => void (await admin('faults', faults)),
    received: async () => (await admin<{ received: Record<string, number> }>('state')).received,
    nextRequest: async (path) => {
      const count = async (): Promise<number> =>
        (await admin<{ requests: Record<string, number> }>('state')).requests[path] ?? 0;
      const before = await count();
      while ((await count()) === before) await sleep(20);
    },
    kill,
    restart: start,
    close: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
