import { defineConfig } from 'vitest/config';
import { groups } from './groups.ts';

/** As the ordinary configuration, for the tests of one group: without the database that all others get. */
export default defineConfig({
  test: {
    include: [...(groups[process.env.MUTATION_GROUP ?? '']?.tests ?? [])],
    experimental: { viteModuleRunner: false },
    // One process a run: its tests share nothing, and starting one a file takes longer than most tests.
    isolate: false,
    setupFiles: ['test/mutation/setup.ts'],
    testTimeout: 30_000,
  },
});
