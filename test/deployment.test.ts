import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { serverEnvironment, serverProgram } from '../scripts/lib/server.mjs';

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

interface Service {
  image?: string;
  environment?: Record<string, string>;
  command?: string[];
}

const services = (): Record<string, Service> => parse(read('docker-compose.yml')).services;

test('.env.example names every setting once, and nothing that is none', () => {
  const settings = [
    ...`${read('src/config.ts')}${read('src/config/mail.ts')}`.matchAll(/^ {2}([A-Z][A-Z0-9_]+): /gm),
  ].map(([, name]) => name);
  const named = [...read('.env.example').matchAll(/^#([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name);
  expect(settings.length).toBeGreaterThan(25);
  expect(named.toSorted()).toEqual([...settings, 'POSTGRES_PASSWORD', 'REDIS_PASSWORD'].toSorted());
});

test('the composition has the server, Postgres 17 and Redis', () => {
  expect(Object.keys(services())).toEqual(['server', 'postgres', 'redis']);
  expect(services().postgres?.image).toBe('postgres:17');
  expect(services().server?.environment?.ENVIRONMENT).toBe('production');
});

test('no secret of the composition has a default', () => {
  const values = Object.values(services()).flatMap(({ environment = {}, command = [] }) => [
    ...Object.values(environment),
    ...command,
  ]);
  const secrets = values.filter((value) => /PASSWORD|SECRET|SEAL_KEY/.test(value));
  expect(secrets).toHaveLength(7);
  for (const secret of secrets) expect(secret).toMatch(/\$\{(\w+):\?set \1 in \.env\}/);
});

test('the image runs as npm start does, without root, without development packages, and is asked for its health', () => {
  const [, last] = read('Dockerfile').split(/^FROM node:24-slim$/m);
  expect(last).toMatch(/^USER node$/m);
  expect(last).toContain('/health/live');
  expect(JSON.parse(/^CMD (.*)$/m.exec(last ?? '')?.[1] ?? '')).toEqual(['node', ...serverProgram]);
  const { NODE_COMPILE_CACHE: _, ...allocator } = serverEnvironment({});
  for (const [name, value] of Object.entries(allocator))
    expect(last).toMatch(new RegExp(`^ENV .*\\b${name}=${value}\\b`, 'm'));
  expect(read('Dockerfile')).toContain('npm ci --omit=dev --omit=optional');
});
