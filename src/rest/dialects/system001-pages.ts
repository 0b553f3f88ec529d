import type { Look } from '../../http/health.ts';
import type { Dialect } from '../dialect.ts';
import type { InputProblem } from '../input.ts';
import type { OwnInput } from '../own-input.ts';

const VERSION = '0.1.0';

type Looks = Readonly<Record<string, Look>>;

const all = (looks: Looks): boolean => Object.values(looks).every(({ up }) => up);

const checkOf = ({ up, latency_ms }: Look) => ({
  status: up ? 'healthy' : 'unhealthy',
  latency_ms,
  message: up ? null : 'It does not answer.',
});

const SECOND_ms = 1_000;
const [least, fallback, most] = [0.1, 5, 30];

const misfit = (message: string): { problems: InputProblem[] } => ({
  problems: [{ in: 'query', field: ['timeout'], kind: 'invalid', message }],
});

/** How many seconds the checks may take. */
export const timeout: OwnInput = {
  shown: {
    timeout: {
      schema: { type: 'number', minimum: least, maximum: most, default: fallback },
      description: 'Seconds that a check may take.',
      example: fallback,
    },
  },
  read: (given) => {
    const [text = String(fallback), ...more] = given.query.getAll('timeout');
    if (more.length > 0) return misfit('This is given more than once.');
    if (!/^\d{1,9}(\.\d{1,9})?$/.test(text))
      return misfit('Input should be a valid number, unable to parse string as a number');
    if (Number(text) < least) return misfit(`Input should be greater than or equal to ${least}`);
    return Number(text) > most ? misfit(`Input should be less than or equal to ${most}`) : given;
  },
};

const timeoutIn = (query: URLSearchParams): number => Number(query.get('timeout') ?? fallback) * SECOND_ms;

/** How the framework tells its health. What the server can do without only degrades it. */
export const system001Pages: NonNullable<Dialect['pages']> = {
  '/health/live': () => ({ status: 200, body: { status: 'ok' } }),
  '/health/ready': async ({ dependencies, optional }, query) => {
    const within_ms = timeoutIn(query);
    const [needed, others] = await Promise.all([dependencies(within_ms), optional(within_ms)]);
    const status = !all(needed) ? 'unhealthy' : all(others) ? 'healthy' : 'degraded';
    const looks = Object.entries({ ...needed, ...others });
    const checks = Object.fromEntries(looks.map(([name, look]) => [name, checkOf(look)]));
    return { status: status === 'unhealthy' ? 503 : 200, body: { status, checks, version: VERSION } };
  },
};
