import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const files = 'test/**/*.test.ts';
/** They add to the schema that the whole process shares. */
const withTheirOwnSchema = globSync(files).filter((file) => readFileSync(file, 'utf8').includes('graphql/builder.ts'));

export default defineConfig({
  test: {
    // Node's own loader, as in production: through Vite's, `graphql` would be loaded twice and refuse its own schemas.
    experimental: { viteModuleRunner: false },
    // Vitest leaves one core to itself, which on two cores is half of the machine.
    maxWorkers: '100%',
    globalSetup: ['test/support/postgres.ts'],
    // Signing up hashes a password and starting a process takes seconds on a small machine.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      // Loading the same modules for every file anew took a quarter of the time.
      { extends: true, test: { name: 'shared', include: [files], exclude: withTheirOwnSchema, isolate: false } },
      { extends: true, test: { name: 'alone', include: withTheirOwnSchema, isolate: true } },
    ],
  },
});
