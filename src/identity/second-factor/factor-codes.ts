import type { Step } from '../../audit/command.ts';
import type { SecondFactor } from '../../database/generated/client.ts';
import { failure } from '../../errors.ts';
import type { Budgets } from '../../limiter/limiter.ts';
import { limits } from '../../limits.ts';
import type { Viewer } from '../viewer/viewer.ts';
import { stepOf } from './one-time-codes.ts';
import { hashRecoveryCode } from './recovery-codes.ts';
import { readCode } from './second-factor.ts';
import { keepStep, useRecoveryCode } from './second-factor-store.ts';
import type { SecretBox } from './secret-box.ts';

/** What a code turned out to be; all but the first two are refused alike, and told apart in the audit log only. */
type Found = 'ONE_TIME_CODE' | 'RECOVERY_CODE' | 'WRONG' | 'USED' | 'UNREADABLE';

export const wrongCode = () => failure('INVALID_CREDENTIALS', 'The code is wrong, or was used before.', 'code');
export const noSecondFactor = (message: string, ...field: string[]) => failure('NO_SECOND_FACTOR', message, ...field);

/** By the user, all sessions together: whoever could open another one would have another budget. Apart from those of strangers. */
export const ownCodes = ({ id }: Pick<Viewer, 'id'>): string => `own ${id}`;

export const createFactorCodes = ({
  secretBox,
  budgets,
}: {
  secretBox: SecretBox;
  budgets: Pick<Budgets['signIn'], 'code' | 'backOff'>;
}) => {
  const look = async ({ tx, now }: Step, factor: SecondFactor, text: string): Promise<Found> => {
    const { userId, lastStep } = factor;
    const code = readCode(text, limits.secondFactor.codeLength);
    if (code === undefined) return 'WRONG';
    if ('recovery' in code)
      return (await useRecoveryCode(tx, userId, hashRecoveryCode(code.recovery))) ? 'RECOVERY_CODE' : 'WRONG';
    const secret = secretBox.open(userId, factor.secret);
    if (secret === undefined) return 'UNREADABLE';
    const step = await stepOf(secret, code.oneTime, now);
    if (step === undefined) return 'WRONG';
    // Neither the step of the last code nor one before it: each code is taken once, also of two that come together.
    if (lastStep !== null && step <= lastStep) return 'USED';
    await keepStep(tx, userId, step);
    return 'ONE_TIME_CODE';
  };

  return {
    /** Counts an attempt before the code is looked at; one that succeeds costs nothing. */
    admit: async (by: string): Promise<{ succeeded(): Promise<void> }> => {
      const key = `code ${by}`;
      await budgets.code.spend(key);
      await budgets.backOff.attempt(key);
      return {
        succeeded: async () => {
          await Promise.all([budgets.code.giveBack(key), budgets.backOff.succeeded(key)]);
        },
      };
    },
    /** Uses the code up. Under the user's lock, of a factor that was read there, and as the last thing that may refuse. */
    accepts: async (step: Step, factor: SecondFactor, text: string): Promise<boolean> => {
      const found = await look(step, factor, text);
      step.line.details = { ...step.line.details, code: found };
      return found === 'ONE_TIME_CODE' || found === 'RECOVERY_CODE';
    },
  };
};

export type FactorCodes = ReturnType<typeof createFactorCodes>;
