import { readdirSync, readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';

const files = [
  'openapi.json',
  ...readdirSync('docs/openapi')
    .filter((file) => file.endsWith('.json'))
    .map((file) => `docs/openapi/${file}`),
];

/** Rules of the recommended set that are off, each with its reason. */
const off = {
  // The server of the document is the one that it comes from.
  'no-server-example.com': 'off',
  // The router goes to a fixed segment before a parameter, and OpenAPI says the same of concrete paths.
  'no-ambiguous-paths': 'off',
  // Pages that say how the server does refuse nobody.
  'operation-4xx-response': 'off',
} as const;

describe('the committed documents', () => {
  it.each(files)('%s has nothing to complain about', async (file) => {
    const config = await createConfig({ extends: ['recommended'], rules: off });
    const problems = await lintFromString({ source: readFileSync(file, 'utf8'), absoluteRef: file, config });
    expect(problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`)).toEqual(
      [],
    );
  });
});
