import { flushCompileCache } from 'node:module';
import { createApp } from './app.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';
import { systemClock } from './kernel/clock.ts';

/** A terminal's Ctrl-C may arrive twice, once from the terminal and once from npm; this much later it is meant. */
const IMPATIENT_ms = 500;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** What the operator can put right is one line that names the setting; everything else is a bug and shown whole. */
const fail = (error: unknown): never => {
  const text = error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
};

/** Resolves at the first request to end; a later one does not wait for the drain. */
const endRequested = (): Promise<void> =>
  new Promise((resolve) => {
    let first = 0;
    const end = () => {
      if (first === 0) first = Date.now();
      else if (Date.now() - first > IMPATIENT_ms) process.exit(1);
      resolve();
    };
    process.on('SIGINT', end);
    process.on('SIGTERM', end);
    process.on('SIGHUP', end);
    // `npm start` holds the other end: when it is killed, nobody could end this process any more.
    process.once('disconnect', end);
  });

const welcome = (url: string, config: Config): void => {
  say(`Bourse is ready at ${url}`);
  if (config.publicUrl !== undefined) say(`  Public    ${config.publicUrl}`);
  if (!config.production) say(`  GraphiQL  ${url}/graphql`);
  say(`  Health    ${url}/health`);
  if (config.demoData) say('  Sign in   admin@example.com / admin123 or user@example.com / user123');
  say('  Ctrl-C stops everything.');
};

const run = async (): Promise<void> => {
  const end = endRequested();
  const config = loadConfig(process.env);
  const app = await createApp({ config, clock: systemClock, progress: (line) => say(`· ${line}`) });
  try {
    const { url } = await app.listen();
    welcome(url, config);
    // Where compiled code is kept, the next start has it, also after a kill.
    flushCompileCache();
    await end;
    say('Ending: finishing open requests, then the database.');
  } finally {
    await app.close();
  }
};

process.on('uncaughtException', fail);
await run().then(() => process.exit(0), fail);
