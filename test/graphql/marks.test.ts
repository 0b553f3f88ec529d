import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { markedFields } from '../../src/graphql/measure.ts';
import { schema } from '../../src/graphql/schema.ts';

const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {});

/** A use case's file is named like its field. */
const fieldOf = (file: string): string =>
  (file.split('/').at(-1) ?? '').replace(/\.ts$/, '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** What hashes, checks a code, or opens a session or a way to one. */
const costly =
  /\bpasswords\.(verify|hash)|\bshowPresence\(|\bcodes\.admit\(|\bsessions\.(open|renew|next)|\bnewResetToken\(/;

test('every mutation whose use case looks at a password, a code or a session is one a document', () => {
  const found = globSync('src/**/*.ts')
    .filter((file) => mutations.includes(fieldOf(file)) && costly.test(readFileSync(file, 'utf8')))
    .map(fieldOf);
  expect(found).toEqual(expect.arrayContaining(['login', 'updateLogin', 'createUser', 'removeSecondFactor']));
  expect([...markedFields(schema)].sort()).toEqual([...new Set([...found, 'refresh', 'requestPasswordReset'])].sort());
});
