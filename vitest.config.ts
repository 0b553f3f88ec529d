import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Node's own loader, as in production: through Vite's, `graphql` would be loaded twice and refuse its own schemas.
    experimental: { viteModuleRunner: false },
    // Nothing in src or test keeps state in a module, so the files of a worker share theirs: loading them anew took a quarter of the time.
    isolate: false,
    // Vitest leaves one core to itself, which on two cores is half of the machine.
    maxWorkers: '100%',
    globalSetup: ['test/support/postgres.ts'],
    // Signing up hashes a password and starting a process takes seconds on a small machine.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
