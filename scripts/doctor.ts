// npm run doctor: explains the whole configuration without starting anything. Every setting with its value, where that comes
// from and what it means; then what is wrong, what is weak, and what the settings meet on this machine.
// Exit code 0: the server would start; 1: it would not.
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { secretSettings } from '../src/config/secret-files.ts';
import { inspectSettings, loadConfig } from '../src/config.ts';
import { examine, type Finding } from './lib/examine.ts';
import { settingTexts } from './lib/settings.ts';

const marks = { ok: '✓', advice: '!', wrong: '✗' } as const;
const secrets = new Set<string>([...secretSettings, 'POSTGRES_PASSWORD', 'REDIS_PASSWORD']);

const fromFile = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
const environment = { ...fromFile, ...process.env };
const texts = settingTexts();
const { env, problems } = inspectSettings(environment);

const originOf = (name: string): string => {
  if (process.env[name]) return 'environment';
  if (fromFile[name]) return '.env';
  return secrets.has(name) && environment[`${name}_FILE`] ? 'file' : 'default';
};

const shownValue = (name: string): string => {
  if (secrets.has(name)) return originOf(name) === 'default' ? 'not set' : '(hidden)';
  const value = (env as Record<string, unknown> | undefined)?.[name] ?? environment[name];
  if (value === undefined || value === '') return env === undefined ? '(its default)' : 'not set';
  return String(value);
};

/** Names of ours that are no setting: a misspelt one would be silently without effect. */
const unknown = (): Finding[] => {
  const known = new Set([
    ...texts.map(({ name }) => name),
    ...secretSettings.map((name) => `${name}_FILE`),
    ...secrets,
  ]);
  return Object.keys(fromFile)
    .filter((name) => !known.has(name))
    .map((name) => ({ grade: 'advice', about: name, text: 'in .env is no setting of this server' }));
};

/** A key keeps the configuration from making one: nothing is to change here. */
const config = () => loadConfig({ JWT_SECRET_KEY: 'no token is signed with this', ...environment });

const print = ({ grade, about, text }: Finding): void => console.log(`${marks[grade]} ${about}: ${text}`);

for (const { name, meaning } of texts)
  console.log(`${name} = ${shownValue(name)}  [${originOf(name)}]\n    ${meaning}`);
console.log('');

const findings = [
  ...problems.map(({ setting, problem }): Finding => ({ grade: 'wrong', about: setting, text: problem })),
  ...unknown(),
  ...(problems.length === 0 ? await examine(config()) : []),
];
for (const finding of findings) print(finding);
const wrong = findings.filter(({ grade }) => grade === 'wrong').length;
console.log(wrong === 0 ? '\nThe server would start.' : `\nThe server would not start: ${wrong} to put right.`);
process.exitCode = wrong === 0 ? 0 : 1;
