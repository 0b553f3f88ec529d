// npm run venue: a venue outside of the server, for VENUE_URL. Settings: VENUE_PORT (9100), VENUE_STATE, the file that it
// remembers everything in (./data/venue.ndjson), VENUE_TOKEN, VENUE_SEED, VENUE_TICK_MS. POST /admin/faults makes it misbehave.
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { createExchange } from './lib/venue/exchange.ts';
import { createVenueLedger } from './lib/venue/ledger.ts';
import { createVenueServer } from './lib/venue/server.ts';

const setting = (name: string, fallback: string): string => process.env[name] || fallback;

const file = setting('VENUE_STATE', './data/venue.ndjson');
mkdirSync(dirname(file), { recursive: true });
const ledger = createVenueLedger(file);

const waiting = new Set<() => void>();
const said = (): void => {
  for (const wake of waiting) wake();
};
const news = (wait_ms: number): Promise<void> =>
  new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      waiting.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, wait_ms);
    waiting.add(wake);
  });

const exchange = createExchange({
  ledger,
  seed: Number(setting('VENUE_SEED', '1')),
  tick_ms: Number(setting('VENUE_TICK_MS', '1000')),
  said,
});
const server = createVenueServer({ ledger, exchange, news, token: process.env.VENUE_TOKEN || undefined });
server.listen(Number(setting('VENUE_PORT', '9100')), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(`The venue is ready at http://127.0.0.1:${port}, with ${ledger.resting().length} orders from before.`);
});

const end = (): void => process.exit(0);
process.on('SIGINT', end);
process.on('SIGTERM', end);
// Whoever started it holds the other end: it does not outlive a test run that is killed.
process.once('disconnect', end);
