import type { Step } from '../../audit/command.ts';
import type { Database } from '../../database/database.ts';
import type { FactorCodes } from './factor-codes.ts';
import { findActiveFactor } from './second-factor-store.ts';

/** How a sign-in with the right password stands; the last is of a user who has no second factor. */
type Shown = 'SHOWN' | 'WRONG' | 'MISSING' | 'NOT_NEEDED';

/** For a sign-in whose password was right: asked before, it would tell strangers who has a second factor. */
export const createCheckSecondFactor =
  ({ database, codes }: { database: Database; codes: FactorCodes }) =>
  async (userId: string, code: string | null | undefined, countedBy: string) => {
    const given = code == null || code.trim() === '' ? undefined : code;
    const known = given !== undefined && (await findActiveFactor(database.prisma, userId)) !== null;
    const attempt = known ? await codes.admit(countedBy) : undefined;
    return {
      /** Under the user's lock: the factor may have come or gone meanwhile, and the code been used. */
      holds: async (step: Step): Promise<Shown> => {
        const factor = await findActiveFactor(step.tx, userId);
        if (factor === null) return 'NOT_NEEDED';
        // A code that was not counted is not looked at.
        if (given === undefined || attempt === undefined) return 'MISSING';
        return (await codes.accepts(step, factor, given)) ? 'SHOWN' : 'WRONG';
      },
      succeeded: async (): Promise<void> => attempt?.succeeded(),
    };
  };

export type CheckSecondFactor = ReturnType<typeof createCheckSecondFactor>;
