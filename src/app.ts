import { addDemoData, refuseDemoUsers } from './app/demo.ts';
import { createFront } from './app/front.ts';
import { openGround } from './app/ground.ts';
import { openServices } from './app/services.ts';
import { createStops } from './app/stops.ts';
import { openSeals } from './audit/open.ts';
import type { Config } from './config.ts';
import type { Passwords } from './identity/password/password.ts';
import type { Clock } from './kernel/clock.ts';
import type { Timers } from './kernel/timers.ts';
import { createLog, type Log } from './telemetry/log.ts';

export interface App {
  listen(): Promise<{ url: string; port: number }>;
  /** Finishes what was begun, then stops the market, the lane and the database, in that order. */
  close(): Promise<void>;
}

export interface AppOptions {
  config: Config;
  clock: Clock;
  log?: Log;
  /** Of what looks for mail to send; the machine's when absent. */
  mailTimers?: Timers | undefined;
  /** With the standard cost when absent. */
  passwords?: Passwords | undefined;
  /** Told what happens while the database starts. */
  progress?: (line: string) => void;
}

/** The only place where parts are joined; `app/` and `trading.ts` hold what is joined to what. */
export const createApp = async ({
  config,
  clock,
  log = createLog(config),
  mailTimers,
  passwords,
  progress = () => {},
}: AppOptions): Promise<App> => {
  const stops = createStops();
  try {
    const ground = await openGround({ config, clock, log, mailTimers, passwords, progress }, stops);
    stops.add(await openSeals(ground));
    const { services, trading } = await openServices(ground, stops);
    await refuseDemoUsers(config, services);
    await trading.start();
    await addDemoData(config, services, ground.ids);
    const http = createFront({ ground, services, ready: trading.ready });
    return {
      listen: async () => {
        const { host, port } = await http.listen();
        stops.add(http.close);
        const name = host === '0.0.0.0' || host === '127.0.0.1' ? 'localhost' : host;
        return { url: `http://${name.includes(':') ? `[${name}]` : name}:${port}`, port };
      },
      close: stops.all,
    };
  } catch (error) {
    await stops.all();
    throw error;
  }
};
