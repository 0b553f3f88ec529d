import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RealApp, startRealApp } from '../http/real-app.ts';
import { createAsk } from './ask.ts';
import { raceRefreshes } from './refresh-race.ts';

let app: RealApp;
beforeAll(async () => {
  app = await startRealApp({ PAPER_TICK_MS: '0' });
});
afterAll(() => app.close());

/* `npm run attack` races a thousand sessions fifty times each. */
it('a refresh token sent many times at once has one successor, and none that outlives a sign-out', async () => {
  expect(await raceRefreshes(createAsk(app.url), 12, 20)).toEqual([]);
});
