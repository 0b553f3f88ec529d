import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/* The walls between the folders of src (docs/architecture.md), held by reading every import. */

interface Import {
  from: string;
  /** A path inside src, or the name of a package. */
  to: string;
  /** Only types are imported; nothing is loaded. */
  typeOnly: boolean;
}

const src = fileURLToPath(new URL('../src', import.meta.url));

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.includes('generated'))
  .map((file) => ({ file, text: readFileSync(join(src, file), 'utf8') }));

const importsOf = ({ file, text }: (typeof files)[number]): Import[] => {
  const always = [...text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^;]*?\bfrom\s+)?'([^']+)'/gm)].map(
    ([, type, to]) => ({ to: to!, typeOnly: type !== undefined }),
  );
  const whereConfigured = [...text.matchAll(/\bawait import\('([^']+)'\)/g)].map(([, to]) => ({
    to: to!,
    typeOnly: false,
  }));
  return [...always, ...whereConfigured].map(({ to, typeOnly }) => ({
    from: file,
    to: to.startsWith('.') ? relative(src, join(src, dirname(file), to)) : to,
    typeOnly,
  }));
};

const imports = files.flatMap(importsOf);
const loads = imports.filter(({ typeOnly }) => !typeOnly);
const show = ({ from, to }: Import): string => `${from} → ${to}`;
const isStore = (file: string): boolean => /(^|[/-])store\.ts$/.test(file);
const isSchema = (file: string): boolean => /\/schema(-[a-z]+)*\.ts$/.test(file);
const inFolder = (file: string, ...folders: string[]): boolean => folders.some((name) => file.startsWith(`${name}/`));
const isGraphql = (to: string): boolean => inFolder(to, 'graphql', '@pothos', '@envelop') || /^graphql/.test(to);

test('every import was seen', () => {
  expect(files.length).toBeGreaterThan(80);
  const lines = files.flatMap(({ text }) => text.match(/\bfrom '[^']+';$/gm) ?? []);
  expect(imports.length).toBeGreaterThanOrEqual(lines.length);
});

test('kernel imports nothing but kernel; a failure is the one thing that everybody knows', () => {
  const wrong = imports.filter(({ from, to }) => inFolder(from, 'kernel') && !inFolder(to, 'kernel', 'node:'));
  expect(wrong.map(show).filter((line) => !line.endsWith('→ errors.ts') && !line.includes('node:'))).toEqual([]);
});

test('GraphQL is known to its own folders, to schema.ts and to where the parts are joined', () => {
  const wrong = imports.filter(
    ({ from, to }) =>
      isGraphql(to) && !inFolder(from, 'graphql', 'http', 'rest') && !isSchema(from) && from !== 'app/front.ts',
  );
  expect(wrong.map(show)).toEqual([]);
});

test('schema.ts loads no store: resolvers call use cases', () => {
  const wrong = loads.filter(
    ({ from, to }) => isSchema(from) && (isStore(to) || (inFolder(to, 'database') && !to.endsWith('/enums.ts'))),
  );
  expect(wrong.map(show)).toEqual([]);
});

const loadedBy = (file: string, seen = new Set<string>()): Set<string> => {
  for (const { from, to } of loads)
    if (from === file && !seen.has(to)) {
      seen.add(to);
      loadedBy(to, seen);
    }
  return seen;
};

test('a store loads no use case, which would load a store', () => {
  const wrong = files
    .filter(({ file }) => isStore(file))
    .flatMap(({ file }) => [...loadedBy(file)].filter(isStore).map((other) => `${file} → ${other}`));
  expect(wrong).toEqual([]);
});

test('no file loads itself in a circle', () => {
  expect(files.map(({ file }) => file).filter((file) => loadedBy(file).has(file))).toEqual([]);
});

test('the parts are joined in app.ts, which only main.ts loads', () => {
  expect(loads.filter(({ to }) => to === 'app.ts').map(show)).toEqual(['main.ts → app.ts']);
  // Resolvers know the type of what they are given, and nothing of how it was made.
  const isGiven = ({ to, typeOnly }: Import): boolean => typeOnly && to === 'app/services.ts';
  const pieces = imports.filter(
    (one) => inFolder(one.to, 'app') && one.from !== 'app.ts' && !inFolder(one.from, 'app') && !isGiven(one),
  );
  expect(pieces.map(show)).toEqual([]);
});

test('every file is reachable from main.ts', () => {
  const seen = new Set(['main.ts']);
  for (const file of seen) for (const { from, to } of imports) if (from === file) seen.add(to);
  expect(files.map(({ file }) => file).filter((file) => !seen.has(file))).toEqual([]);
});

test('the environment is read at the edge, and time comes from the injected clock', () => {
  const having = (pattern: RegExp): string[] =>
    files
      .filter(({ text }) => pattern.test(text))
      .map(({ file }) => file)
      .sort();
  // The embedded Postgres is given its PATH.
  expect(having(/process\.env/)).toEqual(['database/embedded/server.ts', 'main.ts']);
  expect(having(/new Date\(\)/)).toEqual(['kernel/clock.ts']);
});

test('files stay small', () => {
  const lengths = files.map(({ file, text }) => ({ file, lines: text.split('\n').length }));
  const sorted = lengths.map(({ lines }) => lines).sort((one, other) => one - other);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(110);
  expect(lengths.filter(({ lines }) => lines > 260)).toEqual([]);
});
