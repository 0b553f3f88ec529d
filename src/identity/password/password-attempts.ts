import type { Budgets } from '../../limiter/limiter.ts';
import type { Viewer } from '../viewer/viewer.ts';

/**
 * Counts how often a user who is signed in has a password looked at, or a new one hashed. By the minute right and wrong alike: each costs a hash, and those of
 * signed-in users go before those of strangers. By the day failures in a row, like those of signing in: whoever stole a session may not guess with
 * it for ever. By user, all sessions together: a changed password opens another session, and would begin another count. Apart from signing in, so that
 * no stranger can use it up.
 */
export const createPasswordAttempts =
  ({ password, backOff }: { password: Budgets['password']; backOff: Budgets['signIn']['backOff'] }) =>
  async ({ id }: Viewer): Promise<{ guess(): Promise<void>; wasRight(): void }> => {
    const key = `password ${id}`;
    await password.spend(id);
    return {
      /** Before the password is looked at. */
      guess: () => backOff.attempt(key),
      wasRight: () => backOff.succeeded(key),
    };
  };

export type PasswordAttempts = ReturnType<typeof createPasswordAttempts>;
