import type { Command } from './command.ts';

/** Somebody who waits for an answer. */
interface Caller {
  /** Absent for a settlement, which waits as long as it takes. */
  deadline: number | undefined;
  answered: boolean;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}
export type Waiting = Caller & { command: Command<unknown> };
export type Alone = Caller & { command?: undefined; work: () => Promise<unknown> };

export const isSettlement = ({ deadline }: Caller): boolean => deadline === undefined;

export const isLate = ({ answered, deadline }: Caller, now: number): boolean =>
  !answered && deadline !== undefined && deadline <= now;

export const answer = (caller: Caller, how: 'resolve' | 'reject', what: unknown): void => {
  caller.answered = true;
  caller[how](what);
};

export const runAlone = async (alone: Alone): Promise<void> => {
  await alone.work().then(
    (value) => answer(alone, 'resolve', value),
    (error) => answer(alone, 'reject', error),
  );
};
