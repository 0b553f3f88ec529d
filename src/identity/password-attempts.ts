import type { Budgets } from '../limiter/limiter.ts';
import type { Viewer } from './viewer.ts';

/**
 * Counts how often a session has a password looked at, or a new one hashed. By the minute right and wrong alike: each costs a hash, and those of
 * signed-in users go before those of strangers. By the day failures in a row, like those of signing in: whoever stole a session may not guess with
 * it for ever. By session, so that the owner's other ones go on.
 */
export const createPasswordAttempts =
  ({ password, backOff }: { password: Budgets['password']; backOff: Budgets['signIn']['backOff'] }) =>
  async ({ sessionId }: Viewer): Promise<{ guess(): Promise<void>; wasRight(): void }> => {
    const key = `password ${sessionId}`;
    await password.spend(sessionId);
    return {
      /** Before the password is looked at. */
      guess: () => backOff.attempt(key),
      wasRight: () => backOff.succeeded(key),
    };
  };

export type PasswordAttempts = ReturnType<typeof createPasswordAttempts>;
