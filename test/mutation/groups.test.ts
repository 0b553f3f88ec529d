import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { groups } from './groups.ts';

/** The files that a pattern with one pair of braces names. */
const namedBy = (pattern: string): string[] => {
  const [braces, names] = /\{(.*)\}/.exec(pattern) ?? [];
  return names === undefined ? [pattern] : names.split(',').map((name) => pattern.replace(braces!, name));
};

test.each(Object.entries(groups))('all files that mutation testing knows as %s are there', (_, { mutate, tests }) => {
  const files = [...mutate, ...tests].flatMap(namedBy);
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});
