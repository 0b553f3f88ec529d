import type { Run } from './simulate.ts';

/** A seed that showed something wrong, with all that led there. */
export const report = ({ seed, steps, digest, lines, wrong }: Run): string =>
  [
    `seed ${seed}, after ${steps} steps:`,
    ...wrong.map((line) => `  ${line}`),
    'log:',
    ...lines,
    `digest ${digest}`,
    `again: npm run simulate -- --seed ${seed}`,
  ].join('\n');
