import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Crash, crashes, type Subject, startSubject } from '../support/crash.ts';

/** What was acknowledged is there after a crash, once; what was not can be sent again with its key, to one effect. */

let subject: Subject;
beforeAll(async () => {
  subject = await startSubject(1);
});
afterAll(() => subject.remove());

test.each<Crash>(crashes)('kill -9 of %s under load loses nothing and doubles nothing', async (what) => {
  const { damage, sent } = await subject.crash(what, 100);
  expect(damage).toEqual([]);
  expect(sent.acknowledged.size).toBeGreaterThan(60);
});
