import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sealKey } from '../src/audit/seal-key.ts';
import { ConfigError, loadConfig } from '../src/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'bourse-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const key = '9f1c5d1e07b84a3c9a66f2b3d8e4017c5b2a9d4e6f8071a3';
const { privateKey } = generateKeyPairSync('ed25519');
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const line = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const production = {
  ENVIRONMENT: 'production',
  DATABASE_URL: 'postgresql://bourse:x@127.0.0.1:5432/bourse',
  JWT_SECRET_KEY: key,
  AUDIT_SEAL_KEY: pem,
};

const mail = {
  SMTP_URL: 'smtps://sender:secret@mail.example.com',
  MAIL_FROM: 'Bourse <no-reply@example.com>',
  PASSWORD_RESET_URL: 'https://app.example.com/reset',
};

/** The lines of a refusal; none when it is none. */
const refusal = (environment: Record<string, string>): string[] => {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message.split('\n');
  }
};

const secretFile = (name: string, text: string, mode: number): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
};

describe('production', () => {
  it('takes settings that are strong', () => expect(refusal(production)).toEqual([]));

  it.each([
    ['JWT_SECRET_KEY', { JWT_SECRET_KEY: '' }, 'is required'],
    ['JWT_SECRET_KEY', { JWT_SECRET_KEY: 'short-but-random-9f1c' }, 'must have at least 32 characters for HS256'],
    ['JWT_SECRET_KEY', { JWT_ALGORITHM: 'HS512' }, 'must have at least 64 characters for HS512'],
    ['JWT_SECRET_KEY', { JWT_SECRET_KEY: 'your-super-secret-key-change-in-production' }, 'is a published default'],
    ['JWT_SECRET_KEY', { JWT_SECRET_KEY: 'secret'.repeat(8) }, 'is a published default'],
    ['JWT_SECRET_KEY', { JWT_SECRET_KEY: 'ab'.repeat(20) }, 'repeats a few characters'],
    ['DATABASE_URL', { DATABASE_URL: '' }, 'is required'],
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: 'https://a.example,*' }, 'lets every site in'],
    ['DEMO_DATA', { DEMO_DATA: 'true' }, 'published passwords'],
    ['DEBUG_ERRORS', { DEBUG_ERRORS: 'true' }, 'shows strangers'],
    ['PUBLIC_URL', { PUBLIC_URL: 'http://api.example.com' }, 'must be https'],
    ['RATE_LIMIT_REQUESTS_PER_MINUTE', { RATE_LIMIT_REQUESTS_PER_MINUTE: '0' }, 'must not be 0'],
    ['RATE_LIMIT_VIEWER_PER_MINUTE', { RATE_LIMIT_VIEWER_PER_MINUTE: '0' }, 'must not be 0'],
    ['LOGIN_ATTEMPTS_PER_MINUTE', { LOGIN_ATTEMPTS_PER_MINUTE: '0' }, 'must not be 0'],
    ['REGISTER_PER_HOUR', { REGISTER_PER_HOUR: '0' }, 'must not be 0'],
    ['ORDERS_PER_MINUTE', { ORDERS_PER_MINUTE: '0' }, 'must not be 0'],
    ['JWT_SECRET_KEY', { JWT_SECRET_KEY: '12345678901234567890123456789012' }, 'counts up'],
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: 'https://app.example.com, null' }, 'any site can call itself'],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '10.0.0.0/8, 0.0.0.0/0' }, 'names everybody'],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '::/0' }, 'names everybody'],
    ['METRICS_TOKEN', { METRICS_TOKEN: 'changemechangeme' }, 'is a published default'],
    ['VENUE_TOKEN', { VENUE_TOKEN: 'changemechangeme' }, 'is a published default'],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '10.0.0.0/8, everybody' }, 'expected addresses or networks'],
    ['AUDIT_SEAL_KEY', { AUDIT_SEAL_KEY: '' }, 'is required: .*AUDIT_SEALS=false goes without'],
    ['AUDIT_SEAL_KEY', { AUDIT_SEAL_KEY: rsa.toString() }, 'expected an Ed25519 private key'],
    ['AUDIT_SEAL_KEY', { AUDIT_SEAL_KEY: 'a line that is no key' }, 'expected an Ed25519 private key'],
    ['VENUE_URL', { VENUE_URL: 'http://venue.example.com', VENUE_TOKEN: 'a token for the venue' }, 'must be https'],
    ['VENUE_TOKEN', { VENUE_URL: 'https://venue.example.com' }, 'is required by VENUE_URL'],
    ['QUOTES_URL', { QUOTES_URL: 'https://prices.example.com/q' }, 'needs VENUE_URL'],
    ['BREACHED_PASSWORDS_URL', { BREACHED_PASSWORDS_URL: 'http://breaches.example.com/range' }, 'must be https'],
    ['SMTP_URL', { ...mail, SMTP_URL: 'smtp://mail.example.com' }, 'in the clear: .*requireTLS=true'],
    ['SMTP_URL', { ...mail, SMTP_URL: 'smtps://mail.example.com?rejectUnauthorized=false' }, 'expected smtps://'],
    ['SMTP_URL', { ...mail, SMTP_URL: 'mail.example.com:465' }, 'expected smtps://'],
    ['SMTP_URL', { ...mail, SMTP_URL: 'smtps://u:p%zz@mail.example.com' }, 'written as %25'],
    ['MAIL_FROM', { ...mail, MAIL_FROM: '' }, 'is required by SMTP_URL'],
    ['MAIL_FROM', { ...mail, MAIL_FROM: 'Bourse <a@example.com>, <b@example.com>' }, 'expected Name'],
    ['MAIL_FROM', { ...mail, MAIL_FROM: 'Bourse\r\nBcc: b@example.com <a@example.com>' }, 'expected Name'],
    ['PASSWORD_RESET_URL', { ...mail, PASSWORD_RESET_URL: '' }, 'is required by SMTP_URL'],
    ['PASSWORD_RESET_URL', { ...mail, PASSWORD_RESET_URL: 'http://app.example.com/' }, 'must be https'],
    ['PASSWORD_RESET_URL', { ...mail, PASSWORD_RESET_URL: 'https://app.example.com/#/reset' }, 'without a "#"'],
    ['SECOND_FACTOR', { SECOND_FACTOR: 'sometimes' }, 'staff'],
    ['SECOND_FACTOR_KEY', { SECOND_FACTOR_KEY: 'a short one' }, 'at least 32 characters'],
    ['SECOND_FACTOR_KEY', { SECOND_FACTOR_KEY: 'ab'.repeat(20) }, 'repeats a few characters'],
    ['JWT_ALGORITHM', { JWT_ALGORITHM: 'none' }, 'HS256'],
    ['JWT_ALGORITHM', { JWT_ALGORITHM: 'RS256' }, 'HS256'],
  ])('refuses %s when it is weak: %j', (setting, change, problem) => {
    const lines = refusal({ ...production, ...change });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${setting}: .*${problem}`));
    expect(lines[0]).not.toContain('9f1c5d1e');
  });

  it('takes the key of the seals in PEM and as one line, and goes without seals where it is told to', () => {
    const { audit } = loadConfig({ ...production, AUDIT_SEAL_KEY: line });
    expect(audit).toMatchObject({ seals: true, key: pem });
    const without = loadConfig({ ...production, AUDIT_SEAL_KEY: '', AUDIT_SEALS: 'false' });
    expect(without.audit).toMatchObject({ seals: false, key: undefined });
    expect(sealKey(without)).toBeUndefined();
    expect(sealKey(loadConfig({ ...production, AUDIT_SEALS: 'false' }))).toBeUndefined();
  });

  it('encrypts second factors with the key of the tokens unless there is one of their own', () => {
    expect(loadConfig(production).secondFactor).toEqual({ rule: 'optional', key });
    const own = { SECOND_FACTOR: 'staff', SECOND_FACTOR_KEY: 'another key, that the tokens do not have' };
    expect(loadConfig({ ...production, ...own }).secondFactor).toEqual({ rule: 'staff', key: own.SECOND_FACTOR_KEY });
  });

  it('names everything that is wrong at once', () => {
    const lines = refusal({ ENVIRONMENT: 'production', DEMO_DATA: 'true', DEBUG_ERRORS: 'true' });
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'JWT_SECRET_KEY',
      'DATABASE_URL',
      'DEMO_DATA',
      'DEBUG_ERRORS',
      'AUDIT_SEAL_KEY',
    ]);
  });
});

describe('a mail server', () => {
  it('is reached over TLS in production, at the usual port', () => {
    const of = (SMTP_URL: string) => loadConfig({ ...production, ...mail, SMTP_URL }).mail.smtp;
    const common = { host: 'mail.example.com', user: 'sender', password: 'p@ss/word' };
    expect(of('smtps://sender:p%40ss%2Fword@mail.example.com')).toEqual({
      ...common,
      port: 465,
      secure: true,
      requireTLS: false,
    });
    expect(of('smtp://sender:p%40ss%2Fword@mail.example.com?requireTLS=true')).toEqual({
      ...common,
      port: 587,
      secure: false,
      requireTLS: true,
    });
  });

  it('that is not set leaves a desk the log, and production nothing', () => {
    expect(loadConfig({ JWT_SECRET_KEY: key }).mail.way).toBe('LOG');
    expect(loadConfig(production).mail.way).toBe('NONE');
  });
});

describe('a secret in a file', () => {
  const { JWT_SECRET_KEY: _, ...without } = production;

  it('is read without the line feed at its end', () => {
    const file = secretFile('good', `${key}\n`, 0o640);
    expect(loadConfig({ ...without, JWT_SECRET_KEY_FILE: file }).jwt.secret).toBe(key);
  });

  it('may hold the address of the database', () => {
    const file = secretFile('database', production.DATABASE_URL, 0o600);
    const environment = { ...production, DATABASE_URL: '', DATABASE_URL_FILE: file };
    expect(loadConfig(environment).databaseUrl).toBe(production.DATABASE_URL);
  });

  it('that everybody can read is refused in production, and taken on a desk', () => {
    const file = secretFile('open', key, 0o644);
    expect(refusal({ ...without, JWT_SECRET_KEY_FILE: file })).toEqual([
      `JWT_SECRET_KEY_FILE: ${file} is open to every user of the machine (mode 644); chmod 640 closes it`,
    ]);
    expect(refusal({ JWT_SECRET_KEY_FILE: file })).toEqual([]);
  });

  it.each([
    ['is missing', join(folder, 'nowhere'), 'cannot be read (ENOENT)'],
    ['is empty', secretFile('empty', '\n', 0o600), 'is empty'],
    ['is a folder', folder, 'cannot be read (EISDIR)'],
  ])('that %s is refused', (_what, file, problem) => {
    expect(refusal({ ...without, JWT_SECRET_KEY_FILE: file })).toEqual([`JWT_SECRET_KEY_FILE: ${file} ${problem}`]);
  });

  it('and in a variable as well is refused, because one of them is wrong', () => {
    const file = secretFile('both', key, 0o600);
    expect(refusal({ ...production, JWT_SECRET_KEY_FILE: file })).toEqual([
      'JWT_SECRET_KEY_FILE: and JWT_SECRET_KEY are both set; one must go',
    ]);
  });

  it('is held to the same rules as a variable', () => {
    const file = secretFile('weak', 'changeme', 0o600);
    expect(refusal({ ...without, JWT_SECRET_KEY_FILE: file })[0]).toMatch(/^JWT_SECRET_KEY: is a published default/);
  });
});

describe('running only registered documents', () => {
  it('needs documents', () => {
    expect(refusal({ PERSISTED_DOCUMENTS_ONLY: 'true' })).toEqual([
      'PERSISTED_DOCUMENTS: is required by PERSISTED_DOCUMENTS_ONLY=true',
    ]);
  });
});

describe('a value that is no value', () => {
  it.each([
    ['PORT', 'eighty'],
    ['PUBLIC_URL', 'api.example.com'],
    ['DEBUG_ERRORS', 'yes'],
    ['DATABASE_URL', 'mysql://x'],
    ['REDIS_URL', 'localhost'],
    ['LOG_LEVEL', 'loud'],
  ])('is refused by the name of %s', (setting, value) => {
    expect(refusal({ [setting]: value })[0]).toMatch(new RegExp(`^${setting}: `));
  });
});
