// npm run generate: writes the files that are made from the sources and committed, so that a reader finds them and a
// review shows their changes. With --check it writes nothing and fails when one is not up to date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../src/graphql/schema.ts';
import { createDocument, documentText } from '../src/rest/openapi/document.ts';
import { accessPage } from './lib/access-page.ts';
import { configurationPage } from './lib/configuration-page.ts';
import { errorsPage } from './lib/errors-page.ts';
import { defaultFaces, mounts } from './lib/openapi-files.ts';

const files: Record<string, string> = {
  'schema.graphql': `${printSchema(lexicographicSortSchema(schema))}\n`,
  'docs/access.md': accessPage(),
  'docs/configuration.md': configurationPage(),
  'docs/errors.md': errorsPage(),
};

for (const { base, file } of mounts) files[file] = documentText(await createDocument(defaultFaces, base, schema));

const stale = Object.entries(files).filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text);

if (!process.argv.includes('--check')) {
  for (const [file, text] of stale) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
} else for (const [file] of stale) console.error(`${file}: is not up to date; run npm run generate and commit it`);
process.exit(process.argv.includes('--check') && stale.length > 0 ? 1 : 0);
