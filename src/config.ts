import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { madeOnce } from './config/data-folder.ts';
import { mailProblems, mailSettings, mailVariables } from './config/mail.ts';
import { ConfigError, refuseProblems, type SettingProblem } from './config/problems.ts';
import { productionProblems } from './config/production.ts';
import { isSealKey, sealKeyPem } from './config/seal-key.ts';
import { withSecretFiles } from './config/secret-files.ts';
import { parseNetwork } from './kernel/address.ts';

export { ConfigError };

const integer = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback);
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/\S+$/, 'expected postgresql://user:password@host:port/database');

const httpUrl = z.string().regex(/^https?:\/\/[^?#\s]+$/, 'expected https://host, without a query');

const variables = z.object({
  ENVIRONMENT: z.enum(['development', 'production']).default('development'),
  HOST: z.string().min(1).optional(),
  PORT: integer(8000, 0, 65_535),
  DATABASE_URL: postgresUrl.optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\/\S+$/, 'expected redis://host:port')
    .optional(),
  METRICS_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  JWT_SECRET_KEY: z.string().min(1).optional(),
  JWT_ALGORITHM: z.enum(['HS256', 'HS384', 'HS512']).default('HS256'),
  JWT_ISSUER: z.string().min(1).default('bourse'),
  JWT_AUDIENCE: z.string().min(1).default('bourse-api'),
  ACCESS_TOKEN_EXPIRE_MINUTES: integer(30, 1, 24 * 60),
  REFRESH_TOKEN_EXPIRE_DAYS: integer(7, 1, 90),
  SESSION_MAX_DAYS: integer(90, 1, 365),
  PASSWORD_MIN_LENGTH: integer(12, 8, 64),
  PASSWORD_MAX_LENGTH: integer(128, 64, 1024),
  BREACHED_PASSWORDS_URL: httpUrl.optional(),
  SECOND_FACTOR: z.enum(['optional', 'staff', 'everyone']).default('optional'),
  SECOND_FACTOR_KEY: z.string().min(1).optional(),
  ...mailVariables,
  ALLOWED_ORIGINS: list.optional(),
  PUBLIC_URL: z
    .string()
    .regex(/^https?:\/\/[^/?#\s]+$/, 'expected https://host, without a path')
    .optional(),
  DEBUG_ERRORS: flag.default(false),
  INTROSPECTION: flag.optional(),
  REST_FACES: list.default([
    'system000',
    'system002',
    'native',
    'system001@/001',
    'system002@/002',
    'system003@/003',
    'system004@/004',
    'native@/native',
  ]),
  PERSISTED_DOCUMENTS: z.string().min(1).optional(),
  PERSISTED_DOCUMENTS_ONLY: flag.default(false),
  DEMO_DATA: flag.optional(),
  PAPER_DEPOSITS: flag.optional(),
  PAPER_SEED: integer(1, 0, 2 ** 31),
  PAPER_TICK_MS: integer(1_000, 0, 3_600_000),
  PAPER_MAKERS: flag.default(true),
  MARKET_SESSIONS: z.enum(['always', 'sessions']).default('always'),
  FEE_MAKER_BPS: integer(10, 0, 1_000),
  FEE_TAKER_BPS: integer(20, 0, 1_000),
  TRUSTED_PROXIES: list
    .refine((items) => items.every((item) => parseNetwork(item) !== undefined), 'expected addresses or networks')
    .optional(),
  // 0 takes a limit away, which production refuses.
  RATE_LIMIT_REQUESTS_PER_MINUTE: integer(60, 0, 1_000_000),
  RATE_LIMIT_VIEWER_PER_MINUTE: integer(60_000, 0, 10_000_000),
  LOGIN_ATTEMPTS_PER_MINUTE: integer(10, 0, 100_000),
  REGISTER_PER_HOUR: z.coerce.number().int().min(0).max(100_000).optional(),
  ORDERS_PER_MINUTE: integer(6_000, 0, 10_000_000),
  AUDIT_SEAL_DIR: z.string().min(1).optional(),
  AUDIT_SEAL_SECONDS: integer(60, 1, 86_400),
  AUDIT_SEALS: flag.default(true),
  AUDIT_SEAL_KEY: z.string().transform(sealKeyPem).refine(isSealKey, 'expected an Ed25519 private key').optional(),
  CIRCUIT_BREAKER_FAILURE_THRESHOLD: integer(5, 1, 1_000),
  CIRCUIT_BREAKER_TIMEOUT: integer(60, 1, 3_600),
  VENUE_URL: httpUrl.optional(),
  VENUE_NAME: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, 'expected 1 to 32 of a-z, 0-9 and -')
    .default('external'),
  VENUE_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  QUOTES_URL: httpUrl.optional(),
  QUOTES_TOKEN: z.string().min(1).optional(),
});

export type Variables = z.infer<typeof variables>;

/** Where orders go instead of to the paper market, and where prices come from. */
const externalVenue = (env: Variables) => {
  const { VENUE_URL: url, VENUE_NAME: name, VENUE_TOKEN: token } = env;
  if (url === undefined) return undefined;
  const quotes = env.QUOTES_URL === undefined ? undefined : { url: env.QUOTES_URL, token: env.QUOTES_TOKEN };
  return Object.freeze({ url, name, token, quotes });
};

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings as given, and all that is wrong with them. An empty variable counts as absent. */
export const inspectSettings = (given: Environment): { env?: Variables; problems: SettingProblem[] } => {
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== ''));
  const { environment, problems } = withSecretFiles(present);
  const parsed = variables.safeParse(environment);
  if (!parsed.success) {
    const unfit = parsed.error.issues.map(({ path, message }) => ({ setting: String(path[0]), problem: message }));
    return { problems: [...problems, ...unfit] };
  }
  const env = parsed.data;
  // A secret whose file was refused is not missing as well.
  const known = new Set(problems.map(({ setting }) => setting));
  const only = env.PERSISTED_DOCUMENTS_ONLY && env.PERSISTED_DOCUMENTS === undefined;
  if (only) problems.push({ setting: 'PERSISTED_DOCUMENTS', problem: 'is required by PERSISTED_DOCUMENTS_ONLY=true' });
  if (env.QUOTES_URL !== undefined && env.VENUE_URL === undefined)
    problems.push({ setting: 'QUOTES_URL', problem: 'needs VENUE_URL: the paper market makes its own prices' });
  problems.push(...mailProblems(env));
  const weak = env.ENVIRONMENT === 'production' ? productionProblems(env) : [];
  return { env, problems: [...problems, ...weak.filter(({ setting }) => !known.has(`${setting}_FILE`))] };
};

/** The whole configuration, checked once and frozen. */
export const loadConfig = (environment: Environment) => {
  const { env, problems } = inspectSettings(environment);
  refuseProblems(problems);
  if (env === undefined) throw new Error('settings without a problem have values');
  const production = env.ENVIRONMENT === 'production';
  const dataDir = resolve(env.DATA_DIR);
  const jwtSecret = env.JWT_SECRET_KEY ?? madeOnce(dataDir, 'jwt-secret', () => randomBytes(32).toString('hex'));
  return Object.freeze({
    production,
    host: env.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    port: env.PORT,
    databaseUrl: env.DATABASE_URL,
    dataDir,
    redisUrl: env.REDIS_URL,
    logLevel: env.LOG_LEVEL,
    metricsToken: env.METRICS_TOKEN,
    jwt: Object.freeze({
      secret: jwtSecret,
      algorithm: env.JWT_ALGORITHM,
      issuer: env.JWT_ISSUER,
      audience: env.JWT_AUDIENCE,
      accessLifetime_s: env.ACCESS_TOKEN_EXPIRE_MINUTES * 60,
      refreshLifetime_s: env.REFRESH_TOKEN_EXPIRE_DAYS * 86_400,
      sessionLifetime_s: env.SESSION_MAX_DAYS * 86_400,
    }),
    password: Object.freeze({ min: env.PASSWORD_MIN_LENGTH, max: env.PASSWORD_MAX_LENGTH }),
    breachedPasswordsUrl: env.BREACHED_PASSWORDS_URL,
    secondFactor: Object.freeze({ rule: env.SECOND_FACTOR, key: env.SECOND_FACTOR_KEY ?? jwtSecret }),
    mail: mailSettings(env, production),
    allowedOrigins: env.ALLOWED_ORIGINS ?? [],
    publicUrl: env.PUBLIC_URL,
    debugErrors: env.DEBUG_ERRORS,
    restFaces: Object.freeze(env.REST_FACES),
    introspection: env.INTROSPECTION ?? !production,
    persistedDocuments: Object.freeze({ file: env.PERSISTED_DOCUMENTS, only: env.PERSISTED_DOCUMENTS_ONLY }),
    demoData: env.DEMO_DATA ?? !production,
    paper: Object.freeze({
      deposits: env.PAPER_DEPOSITS ?? !production,
      seed: env.PAPER_SEED,
      tick_ms: env.PAPER_TICK_MS,
      makers: env.PAPER_MAKERS,
    }),
    marketHours: env.MARKET_SESSIONS === 'always' ? ('ALWAYS_OPEN' as const) : ('SESSIONS' as const),
    fees: Object.freeze({ makerBps: BigInt(env.FEE_MAKER_BPS), takerBps: BigInt(env.FEE_TAKER_BPS) }),
    trustedProxies: env.TRUSTED_PROXIES ?? [],
    rateLimit: Object.freeze({
      addressPerMinute: env.RATE_LIMIT_REQUESTS_PER_MINUTE,
      viewerPerMinute: env.RATE_LIMIT_VIEWER_PER_MINUTE,
      loginsPerMinute: env.LOGIN_ATTEMPTS_PER_MINUTE,
      // A desk signs up more people than strangers may: tests, demonstrations.
      registrationsPerHour: env.REGISTER_PER_HOUR ?? (production ? 20 : 1_000),
      ordersPerMinute: env.ORDERS_PER_MINUTE,
    }),
    audit: Object.freeze({
      seals: env.AUDIT_SEALS,
      sealFolder: resolve(env.AUDIT_SEAL_DIR ?? join(dataDir, 'audit-seals')),
      sealEvery_s: env.AUDIT_SEAL_SECONDS,
      key: env.AUDIT_SEAL_KEY,
    }),
    venue: externalVenue(env),
    breaker: Object.freeze({
      failureThreshold: env.CIRCUIT_BREAKER_FAILURE_THRESHOLD,
      openFor_s: env.CIRCUIT_BREAKER_TIMEOUT,
    }),
  });
};

export type Config = ReturnType<typeof loadConfig>;
