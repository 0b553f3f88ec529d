import type { HttpAnswer } from '../http/answer.ts';
import { type Checks, lookAt } from '../http/health.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Dialect, FaceStatus } from './dialect.ts';
import type { InputProblem } from './input.ts';
import { written } from './written.ts';

export interface PageNeeds {
  clock: Clock;
  checks: Checks;
  /** Of what the server can do without. */
  optional: Checks;
  circuits: FaceStatus['circuits'];
}

type FacePage = (query: URLSearchParams) => Promise<HttpAnswer | { problems: InputProblem[] }>;

/** What faces answer to a GET beside their operations: nobody is asked who they are, and nothing is counted. */
export const createFacePages = ({ clock, checks, optional, circuits }: PageNeeds) => {
  const statusNow = (): FaceStatus => ({
    now: clock.now(),
    dependencies: (within_ms) => lookAt(checks, within_ms),
    optional: (within_ms) => lookAt(optional, within_ms),
    circuits,
  });
  return {
    find: (dialect: Dialect, path: string): FacePage | undefined => {
      const page = dialect.pages?.[path];
      if (page === undefined) return undefined;
      return async (query) => {
        const given = dialect.inputs?.[path]?.read({ path: {}, query, body: undefined });
        return given && 'problems' in given ? given : written(await page(statusNow(), query));
      };
    },
  };
};

export type FacePages = ReturnType<typeof createFacePages>;
