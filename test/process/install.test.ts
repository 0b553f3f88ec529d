import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

// A script for any Node: it has no types.
const { isInstalled } = await import(new URL('../../scripts/lib/install.mjs', import.meta.url).href);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bourse-install-'));
  mkdirSync(join(folder, 'node_modules'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const one = { version: '1.0.0', integrity: 'sha512-one' };
const two = { version: '2.0.0', integrity: 'sha512-two' };
const elsewhere = { version: '3.0.0', integrity: 'sha512-three', optional: true };

const lock = (packages: object) =>
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ packages: { '': { name: 'bourse' }, ...packages } }),
  );
const installed = (packages: object) =>
  writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));

test('what the lockfile names is installed, but for optional packages of other platforms', () => {
  lock({ one, two, elsewhere });
  installed({ one, two });
  expect(isInstalled(folder)).toBe(true);
});

test('nothing, or half of an install, is not an install', () => {
  lock({ one });
  expect(isInstalled(folder)).toBe(false);
  writeFileSync(join(folder, 'node_modules', '.package-lock.json'), '{"packages": {"one"');
  expect(isInstalled(folder)).toBe(false);
});

test('an install that is older than the lockfile is noticed, whatever the files’ times', () => {
  lock({ one, two });
  installed({ one });
  expect(isInstalled(folder)).toBe(false);
  installed({ one, two: { ...two, version: '1.9.0' } });
  expect(isInstalled(folder)).toBe(false);
  installed({ one, two: { ...two, integrity: 'sha512-other' } });
  expect(isInstalled(folder)).toBe(false);
});

test('a checkout without a lockfile is refused with a line that says so', () => {
  expect(() => isInstalled(folder)).toThrow('package-lock.json: missing or not readable');
});
