import { createCommand } from '../audit/command.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import { createChangePassword } from './change-password.ts';
import { createDeleteAccount } from './delete-account.ts';
import { createDemo } from './demo.ts';
import { createLogin } from './login.ts';
import { createLogout } from './logout.ts';
import { createLogoutEverywhere } from './logout-everywhere.ts';
import { createPasswords, type Passwords } from './password.ts';
import { createRefresh } from './refresh.ts';
import { createRefreshTokens } from './refresh-token.ts';
import { createRegister } from './register.ts';
import { createSessions } from './sessions.ts';
import { createAccessTokens } from './tokens.ts';
import { createViewers } from './viewers.ts';

export interface IdentityNeeds {
  database: Database;
  clock: Clock;
  ids: Ids;
  config: Pick<Config, 'jwt' | 'password'>;
  passwords?: Passwords;
}

export const createIdentity = ({ database, clock, ids, config, passwords = createPasswords() }: IdentityNeeds) => {
  const { jwt, password: passwordBounds } = config;
  const command = createCommand({ database, clock, ids });
  const accessTokens = createAccessTokens({ jwt, clock, ids });
  const refreshTokens = createRefreshTokens(jwt.secret);
  const sessions = createSessions({ jwt, ids, accessTokens, refreshTokens });
  const viewers = createViewers({ database, tokens: accessTokens, clock });
  return {
    authenticate: viewers.authenticate,
    /** For changes of a user that are made elsewhere; to be called after the commit. */
    forgetUser: viewers.forgetUser,
    register: createRegister({ command, ids, passwords, passwordBounds, sessions }),
    login: createLogin({ database, command, passwords, sessions }),
    refresh: createRefresh({ command, refreshTokens, sessions, viewers }),
    logout: createLogout({ command, viewers }),
    logoutEverywhere: createLogoutEverywhere({ command, viewers }),
    changePassword: createChangePassword({ database, command, passwords, passwordBounds, sessions, viewers }),
    deleteAccount: createDeleteAccount({ database, command, passwords, viewers }),
    createDemoUsers: createDemo({ database, clock, ids, passwords }),
  };
};

export type Identity = ReturnType<typeof createIdentity>;
