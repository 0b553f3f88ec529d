import type { Look } from '../../http/health.ts';
import type { Dialect } from '../dialect.ts';

const VERSION = '0.1.0';

type Looks = Readonly<Record<string, Look>>;

const all = (looks: Looks): boolean => Object.values(looks).every(({ up }) => up);

const checkOf = ({ up, latency_ms }: Look) => ({
  status: up ? 'healthy' : 'unhealthy',
  latency_ms,
  message: up ? null : 'It does not answer.',
});

/** How the framework tells its health. What the server can do without only degrades it. */
export const system001Pages: NonNullable<Dialect['pages']> = {
  '/health/live': () => ({ status: 200, body: { status: 'ok' } }),
  '/health/ready': async ({ dependencies, optional }) => {
    const [needed, others] = await Promise.all([dependencies(), optional()]);
    const status = !all(needed) ? 'unhealthy' : all(others) ? 'healthy' : 'degraded';
    const looks = Object.entries({ ...needed, ...others });
    const checks = Object.fromEntries(looks.map(([name, look]) => [name, checkOf(look)]));
    return { status: status === 'unhealthy' ? 503 : 200, body: { status, checks, version: VERSION } };
  },
};
