import type { Exchange, Handler, HttpAnswer, Refuse } from '../http/answer.ts';
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
  /** Gives the counters to whoever knows the token; undefined where no token is set. */
  scrape: Handler | undefined;
}

type FacePage = (exchange: Exchange, refuse: Refuse) => HttpAnswer | Promise<HttpAnswer>;

/** What faces answer to a GET beside their operations: nobody is asked who they are, and nothing is counted. */
export const createFacePages = ({ clock, checks, optional, circuits, scrape }: PageNeeds) => {
  const statusNow = (): FaceStatus => ({
    now: clock.now(),
    dependencies: () => lookAt(checks),
    optional: () => lookAt(optional),
    circuits,
  });
  return {
    find: (dialect: Dialect, path: string): FacePage | undefined => {
      if (path === dialect.metricsAt && scrape !== undefined)
        return (exchange, refuse) => {
          exchange.refuse = refuse;
          return scrape(exchange);
        };
      const page = dialect.pages?.[path];
      return page && (async () => written(await page(statusNow())));
    },
  };
};

export type FacePages = ReturnType<typeof createFacePages>;
