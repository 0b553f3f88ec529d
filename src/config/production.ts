import type { Variables } from '../config.ts';
import { mailWeaknesses } from './mail.ts';
import type { SettingProblem } from './problems.ts';

/** RFC 7518, section 3.2: a key has at least as many bytes as the hash that it is used with. */
const secretBytes = { HS256: 32, HS384: 48, HS512: 64 } as const;

const publishedSecrets = [
  'your-super-secret-key-change-in-production',
  'your-secret-key-change-in-production',
  'sua_chave_secreta_aqui',
  'changeme',
  'secret',
];

/** What is left of a secret when its published parts are taken out decides whether it is one. */
const isPublished = (secret: string): boolean => {
  const own = publishedSecrets.reduce((rest, published) => rest.replaceAll(published, ''), secret.toLowerCase());
  return own.length < secret.length && own.length < secretBytes.HS256 / 2;
};

const sequences = ['1234567890', '0123456789', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop'];

/** Hardly anything is left of it when plain sequences are taken out. */
const isSequence = (secret: string): boolean =>
  sequences.reduce((rest, sequence) => rest.replaceAll(sequence, ''), secret.toLowerCase()).length < 8;

const tokenProblem = (token: string | undefined): string | undefined =>
  token !== undefined && isPublished(token) ? 'is a published default' : undefined;

const secretProblem = (secret: string, algorithm: Variables['JWT_ALGORITHM']): string | undefined => {
  if (isPublished(secret)) return 'is a published default';
  const bytes = secretBytes[algorithm];
  if (Buffer.byteLength(secret) < bytes) return `must have at least ${bytes} characters for ${algorithm}`;
  if (isSequence(secret)) return 'counts up';
  if (new Set(secret).size < 8) return 'repeats a few characters';
  return undefined;
};

const isEverybody = (network: string): boolean => /\/0+$/.test(network);

const limitSettings = [
  'RATE_LIMIT_REQUESTS_PER_MINUTE',
  'RATE_LIMIT_VIEWER_PER_MINUTE',
  'LOGIN_ATTEMPTS_PER_MINUTE',
  'REGISTER_PER_HOUR',
  'ORDERS_PER_MINUTE',
] as const;

/** What is convenient on a desk and dangerous in front of strangers. Every setting that is wrong is named. */
export const productionProblems = (env: Variables): SettingProblem[] => {
  const checks: (readonly [setting: string, problem: string | false | undefined])[] = [
    [
      'JWT_SECRET_KEY',
      env.JWT_SECRET_KEY === undefined ? 'is required' : secretProblem(env.JWT_SECRET_KEY, env.JWT_ALGORITHM),
    ],
    ['SECOND_FACTOR_KEY', env.SECOND_FACTOR_KEY !== undefined && secretProblem(env.SECOND_FACTOR_KEY, 'HS256')],
    ['DATABASE_URL', env.DATABASE_URL === undefined && 'is required; the embedded database is for development'],
    ['ALLOWED_ORIGINS', env.ALLOWED_ORIGINS?.includes('*') && 'must name its origins; "*" lets every site in'],
    [
      'ALLOWED_ORIGINS',
      env.ALLOWED_ORIGINS?.includes('null') && 'must name its origins; any site can call itself "null"',
    ],
    ['TRUSTED_PROXIES', env.TRUSTED_PROXIES?.some(isEverybody) && 'names everybody: anyone could choose an address'],
    ['METRICS_TOKEN', tokenProblem(env.METRICS_TOKEN)],
    ['DEMO_DATA', env.DEMO_DATA && 'creates users with published passwords'],
    ['DEBUG_ERRORS', env.DEBUG_ERRORS && 'shows strangers how the server works inside'],
    ...limitSettings.map((name) => [name, env[name] === 0 && 'must not be 0: no limit at all'] as const),
    [
      'AUDIT_SEAL_KEY',
      env.AUDIT_SEALS &&
        env.AUDIT_SEAL_KEY === undefined &&
        'is required: unsealed, the audit log can be written anew unseen; AUDIT_SEALS=false goes without',
    ],
    ['VENUE_URL', env.VENUE_URL?.startsWith('http:') && 'must be https: orders travel over it'],
    ['VENUE_TOKEN', tokenProblem(env.VENUE_TOKEN)],
    ['VENUE_TOKEN', env.VENUE_URL !== undefined && env.VENUE_TOKEN === undefined && 'is required by VENUE_URL'],
    ['QUOTES_URL', env.QUOTES_URL?.startsWith('http:') && 'must be https: orders are decided on what comes over it'],
    [
      'BREACHED_PASSWORDS_URL',
      env.BREACHED_PASSWORDS_URL?.startsWith('http:') && 'must be https: its answers say which passwords are good',
    ],
    ...mailWeaknesses(env),
    ['PUBLIC_URL', env.PUBLIC_URL?.startsWith('http:') && 'must be https: tokens and passwords travel over it'],
  ];
  return checks.flatMap(([setting, problem]) =>
    problem ? [{ setting, problem: `${problem} (ENVIRONMENT=production)` }] : [],
  );
};
