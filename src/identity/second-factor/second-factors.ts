import type { Command } from '../../audit/command.ts';
import type { Config } from '../../config.ts';
import type { Database } from '../../database/database.ts';
import type { Budgets } from '../../limiter/limiter.ts';
import type { ShowPresence } from '../viewer/presence.ts';
import type { Viewers } from '../viewer/viewers.ts';
import { createCheckSecondFactor } from './check-second-factor.ts';
import { createConfirmSecondFactor } from './confirm-second-factor.ts';
import { createEnrolSecondFactor } from './enrol-second-factor.ts';
import { createFactorCodes } from './factor-codes.ts';
import { createRemoveSecondFactor } from './remove-second-factor.ts';
import { createRenewRecoveryCodes } from './renew-recovery-codes.ts';
import { createSecretBox } from './secret-box.ts';

export interface SecondFactorNeeds {
  database: Database;
  command: Command;
  config: Pick<Config, 'jwt' | 'secondFactor'>;
  budgets: Budgets['signIn'];
  showPresence: ShowPresence;
  viewers: Viewers;
}

/** Everything about second factors that identity is joined from. */
export const createSecondFactors = ({
  database,
  command,
  config,
  budgets,
  showPresence,
  viewers,
}: SecondFactorNeeds) => {
  const secretBox = createSecretBox(config.secondFactor.key);
  const codes = createFactorCodes({ secretBox, budgets });
  const { issuer } = config.jwt;
  return {
    check: createCheckSecondFactor({ database, codes }),
    useCases: {
      enrolSecondFactor: createEnrolSecondFactor({ command, secretBox, showPresence, issuer }),
      confirmSecondFactor: createConfirmSecondFactor({ command, codes, viewers }),
      removeSecondFactor: createRemoveSecondFactor({ command, codes, showPresence, viewers }),
      renewRecoveryCodes: createRenewRecoveryCodes({ command, codes, showPresence }),
    },
  };
};
