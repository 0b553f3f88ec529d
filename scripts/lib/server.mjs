import { inModules } from './run.mjs';

/**
 * The server's program with what its engine is told about memory. V8 would let its heap grow to several times what is
 * alive, and the young part of it to 128 MB, before it looks: less work for the collector, for hundreds of megabytes. None
 * of these is an upper bound, which would end the process that needs more. docs/performance.md says what they cost.
 */
export const serverProgram = [
  '--max-semi-space-size=8',
  '--initial-old-space-size=64',
  '--heap-growing-percent=20',
  'src/main.ts',
];

/**
 * What the server's environment has beside the settings. Compiled code is kept, which makes a start a third shorter. The
 * two of glibc's allocator give the 19 MB that hashing a password takes back to the system; others ignore them.
 */
export const serverEnvironment = (given = process.env) => ({
  NODE_COMPILE_CACHE: inModules('.cache', 'compiled'),
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  ...given,
});
