import type { HttpAnswer } from '../http/answer.ts';
import { type Checks, lookAt } from '../http/health.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Dialect, FaceStatus } from './dialect.ts';
import { written } from './written.ts';

export interface PageNeeds {
  clock: Clock;
  checks: Checks;
  /** Of what the server can do without. */
  optional: Checks;
  circuits: FaceStatus['circuits'];
}

type FacePage = () => Promise<HttpAnswer>;

/** What faces answer to a GET beside their operations: nobody is asked who they are, and nothing is counted. */
export const createFacePages = ({ clock, checks, optional, circuits }: PageNeeds) => {
  const statusNow = (): FaceStatus => ({
    now: clock.now(),
    dependencies: () => lookAt(checks),
    optional: () => lookAt(optional),
    circuits,
  });
  return {
    find: (dialect: Dialect, path: string): FacePage | undefined => {
      const page = dialect.pages?.[path];
      return page && (async () => written(await page(statusNow())));
    },
  };
};

export type FacePages = ReturnType<typeof createFacePages>;
