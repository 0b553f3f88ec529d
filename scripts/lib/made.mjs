import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inModules, nodeForSources, root, run } from './run.mjs';

/** What was made from what, kept where a new install deletes it. */
const record = inModules('.cache', 'bourse-made.json');

const recorded = () => (existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : {});

const remember = (name, digest) => {
  mkdirSync(inModules('.cache'), { recursive: true });
  writeFileSync(record, JSON.stringify({ ...recorded(), [name]: digest }));
};

const filesUnder = (path) =>
  !existsSync(path)
    ? []
    : statSync(path).isDirectory()
      ? readdirSync(path)
          .filter((name) => name !== 'generated')
          .sort()
          .flatMap((name) => filesUnder(join(path, name)))
      : [path];

const digestOf = (paths) => {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesUnder)) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
};

const step = async (say, { name, label, from, result, command, args, env = {}, done = false }) => {
  const digest = digestOf(from);
  if (done) return remember(name, digest);
  if (recorded()[name] === digest && existsSync(result)) return;
  say(label);
  const { code, output } = await run(command, args, { quiet: true, env: { ...process.env, ...env } });
  if (code !== 0) throw new Error(`${label}: failed\n${output}`);
  remember(name, digest);
};

/** Patches of packages, Prisma's client and the typed documents of the tests: each only when its sources changed. */
export const ensureMade = async (say, { documents, justInstalled }) => {
  await step(say, {
    name: 'patches',
    label: 'patching packages',
    from: [join(root, 'patches'), inModules('.package-lock.json')],
    result: inModules('graphql-shield'),
    command: process.execPath,
    args: [inModules('patch-package', 'index.js')],
    // An install ends with the same patching (postinstall); a package added by hand does not.
    done: justInstalled,
  });
  await step(say, {
    name: 'client',
    label: 'generating the database client',
    from: [join(root, 'prisma', 'schema.prisma'), inModules('prisma', 'package.json')],
    result: join(root, 'src', 'database', 'generated', 'client.ts'),
    command: process.execPath,
    args: [inModules('prisma', 'build', 'index.js'), 'generate'],
    // Generating never runs the schema engine, but Prisma downloads it first unless it is told of a file.
    env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' },
  });
  if (!documents || !existsSync(join(root, 'codegen.ts'))) return;
  await step(say, {
    name: 'documents',
    label: 'generating typed documents',
    from: ['codegen.ts', 'schema.graphql', 'test/graphql/documents'].map((path) => join(root, path)),
    result: join(root, 'test', 'graphql', 'generated', 'graphql.ts'),
    command: nodeForSources(),
    args: [inModules('@graphql-codegen', 'cli', 'esm', 'bin.js'), '--config', 'codegen.ts'],
  });
};
