import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Node's own loader, as in production: through Vite's, `graphql` would be loaded twice and refuse its own schemas.
    experimental: { viteModuleRunner: false },
    // Vitest's default; said aloud, the run ends with its counts and not with a hint to turn it off.
    isolate: true,
    // More than there are cores: files wait as well as work, for deadlines, polls and Postgres. Vitest would leave one core to
    // itself, which on two is half of the machine.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    globalSetup: ['test/support/postgres.ts'],
    // Starting a process takes seconds on a small machine, and many times that where others are at work on it too.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
