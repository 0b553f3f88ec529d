import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for what others bring about by themselves. How long that may take at most is the test's own bound. */
export const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await sleep(10);
};
