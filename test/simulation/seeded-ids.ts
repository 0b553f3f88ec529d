import { createIds, type Ids } from '../../src/kernel/ids.ts';
import type { Random } from '../../src/venues/paper/random.ts';
import type { Schedule } from './schedule.ts';

/** Ids that a seed draws. */
export const seededIds = (schedule: Schedule, random: Random): Ids =>
  createIds(schedule.clock, (bytes) => {
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = Number(random(256n));
  });
