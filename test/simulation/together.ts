import { setImmediate as turn } from 'node:timers/promises';
import type { Trading } from '../../src/trading.ts';
import type { Answer, Command } from './commands.ts';

/** Holds the lane until all commands stand in it, in their order. */
export const together = async (
  { lane, ...rest }: Trading,
  batch: readonly { command: Command }[],
): Promise<Answer[]> => {
  const { promise: open, resolve } = Promise.withResolvers<void>();
  const held = lane.alone(() => open);
  // From now on it is at work and not in the queue.
  await turn();
  const answers: Promise<Answer>[] = [];
  for (const { command } of batch) {
    const depth = lane.depth();
    let isDone = false;
    const answer = command.send({ lane, ...rest });
    const done = (): void => {
      isDone = true;
    };
    answer.then(done, done);
    answers.push(answer);
    while (!isDone && lane.depth() === depth) await turn();
  }
  resolve();
  await held;
  return Promise.all(answers);
};
