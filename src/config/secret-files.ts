import { readFileSync, statSync } from 'node:fs';
import type { SettingProblem } from './problems.ts';

/** Settings that are secrets or contain one: never shown, and each may come from a file that NAME_FILE names. */
export const secretSettings = [
  'JWT_SECRET_KEY',
  'SECOND_FACTOR_KEY',
  'DATABASE_URL',
  'REDIS_URL',
  'METRICS_TOKEN',
  'AUDIT_SEAL_KEY',
  'VENUE_TOKEN',
  'QUOTES_TOKEN',
  'SMTP_URL',
] as const;

/** Everybody's permission bits. */
const OTHERS = 0o007;

type Environment = Readonly<Record<string, string | undefined>>;

const contentOf = (file: string, mayBeOpen: boolean): { text: string } | { problem: string } => {
  try {
    const mode = statSync(file).mode & 0o777;
    // An editor ends the file with a line feed that is no part of the secret.
    const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (text === '') return { problem: `${file} is empty` };
    if ((mode & OTHERS) !== 0 && !mayBeOpen)
      return {
        problem: `${file} is open to every user of the machine (mode ${mode.toString(8)}); chmod 640 closes it`,
      };
    return { text };
  } catch (error) {
    return { problem: `${file} cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
};

/** The environment with the secrets that stand in files, as orchestrators mount them. Production takes no file that all can read. */
export const withSecretFiles = (environment: Environment): { environment: Environment; problems: SettingProblem[] } => {
  const problems: SettingProblem[] = [];
  const read: Record<string, string> = {};
  for (const name of secretSettings) {
    const setting = `${name}_FILE`;
    const file = environment[setting];
    if (file === undefined) continue;
    const content = contentOf(file, environment.ENVIRONMENT !== 'production');
    if (environment[name] !== undefined) problems.push({ setting, problem: `and ${name} are both set; one must go` });
    else if ('problem' in content) problems.push({ setting, problem: content.problem });
    else read[name] = content.text;
  }
  return { environment: { ...environment, ...read }, problems };
};
