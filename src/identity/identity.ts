import { createCommand } from '../audit/command.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Budgets } from '../limiter/limiter.ts';
import type { CheckBreached } from './password/breached.ts';
import { createChangePassword } from './password/change-password.ts';
import { createComposeMail } from './password/compose-mail.ts';
import type { Passwords } from './password/password.ts';
import { createPasswordAttempts } from './password/password-attempts.ts';
import { createRequestPasswordReset } from './password/request-password-reset.ts';
import { createResetPassword } from './password/reset-password.ts';
import { createSecondFactors } from './second-factor/second-factors.ts';
import { createLogin } from './sessions/login.ts';
import { createLogout } from './sessions/logout.ts';
import { createLogoutEverywhere } from './sessions/logout-everywhere.ts';
import { createRefresh } from './sessions/refresh.ts';
import { createRefreshTokens } from './sessions/refresh-token.ts';
import { createSessions } from './sessions/sessions.ts';
import { createSignInLimits } from './sessions/sign-in-limits.ts';
import { createAccessTokens } from './sessions/tokens.ts';
import { createDeleteAccount } from './users/delete-account.ts';
import { createDemo, createOpenDemoUsers } from './users/demo.ts';
import { createRegister } from './users/register.ts';
import { readUserDetails } from './users/store.ts';
import { createTellUser } from './users/tell-user.ts';
import { createUpdateLogin } from './users/update-login.ts';
import { createPresence } from './viewer/presence.ts';
import { createViewers } from './viewer/viewers.ts';

export interface IdentityNeeds {
  database: Database;
  clock: Clock;
  ids: Ids;
  config: Pick<Config, 'jwt' | 'password' | 'secondFactor' | 'mail'>;
  budgets: Pick<Budgets, 'signIn' | 'registration' | 'password' | 'passwordReset' | 'notices'>;
  passwords: Passwords;
  checkBreached: CheckBreached;
}

export const createIdentity = (needs: IdentityNeeds) => {
  const { database, clock, ids, config, budgets, passwords, checkBreached } = needs;
  const { jwt, password: passwordBounds } = config;
  const command = createCommand({ database, clock, ids });
  const accessTokens = createAccessTokens({ jwt, clock, ids });
  const refreshTokens = createRefreshTokens(jwt.secret);
  const sessions = createSessions({ jwt, ids, accessTokens, refreshTokens });
  const signIns = createSignInLimits({ database, budgets: budgets.signIn, clock, jwt });
  const attempts = createPasswordAttempts({ password: budgets.password, backOff: budgets.signIn.backOff });
  const showPresence = createPresence({ database, clock, passwords, attempts });
  const viewers = createViewers({ database, tokens: accessTokens, clock, rule: config.secondFactor.rule });
  const secondFactors = createSecondFactors({
    database,
    command,
    config,
    budgets: budgets.signIn,
    showPresence,
    viewers,
  });
  const { way, resetUrl } = config.mail;
  const tellUser = createTellUser({ ids, budget: budgets.notices, sendsMail: way === 'SMTP' });
  return {
    authenticate: viewers.authenticate,
    /** For changes of a user that are made elsewhere; to be called after the commit. */
    forgetUser: viewers.forgetUser,
    register: createRegister({
      command,
      ids,
      passwords,
      passwordBounds,
      checkBreached,
      sessions,
      signIns,
      budget: budgets.registration,
    }),
    login: createLogin({
      database,
      command,
      passwords,
      sessions,
      signIns,
      checkSecondFactor: secondFactors.check,
    }),
    ...secondFactors.useCases,
    refresh: createRefresh({ command, refreshTokens, sessions, viewers }),
    logout: createLogout({ command, viewers }),
    logoutEverywhere: createLogoutEverywhere({ command, viewers }),
    changePassword: createChangePassword({
      database,
      command,
      passwords,
      passwordBounds,
      checkBreached,
      sessions,
      viewers,
      tellUser,
      attempts,
    }),
    userDetails: (userIds: readonly string[]) => readUserDetails(database, userIds),
    updateLogin: createUpdateLogin({
      command,
      passwords,
      passwordBounds,
      checkBreached,
      viewers,
      tellUser,
      showPresence,
      attempts,
      budget: budgets.registration,
    }),
    requestPasswordReset: createRequestPasswordReset({ command, ids, budgets: budgets.passwordReset, way }),
    resetPassword: createResetPassword({
      database,
      command,
      clock,
      passwords,
      passwordBounds,
      checkBreached,
      sessions,
      checkSecondFactor: secondFactors.check,
      signIns,
      viewers,
      tellUser,
      budget: budgets.passwordReset.address,
    }),
    composeMail: createComposeMail({ database, command, resetUrl }),
    tellUser,
    deleteAccount: createDeleteAccount({ command, viewers, showPresence }),
    createDemoUsers: createDemo({ database, clock, ids, passwords }),
    openDemoUsers: createOpenDemoUsers({ database, passwords }),
  };
};

export type Identity = ReturnType<typeof createIdentity>;
