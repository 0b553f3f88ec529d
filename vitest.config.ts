import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Node's own loader, as in production: through Vite's, `graphql` would be loaded twice and refuse its own schemas.
    experimental: { viteModuleRunner: false },
    globalSetup: ['test/support/postgres.ts'],
    // Signing up hashes a password and starting a process takes seconds on a small machine.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
