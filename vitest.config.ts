import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Node's own loader, as in production: through Vite's, `graphql` would be loaded twice and refuse its own schemas.
    experimental: { viteModuleRunner: false },
    // Vitest's default; said aloud, the run ends with its counts and not with a hint to turn it off.
    isolate: true,
    // Vitest leaves one core to itself, which on two cores is half of the machine.
    maxWorkers: '100%',
    globalSetup: ['test/support/postgres.ts'],
    // Signing up hashes a password and starting a process takes seconds on a small machine.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
