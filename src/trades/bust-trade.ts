import { type Once, refusedNow } from '../idempotency/once.ts';
import { type AmendInput, amendKey, amendTrade, findTrade, type Operator, type TradeDeps } from './amend.ts';
import type { AmendedTrade } from './decide-amend.ts';

/** `bustTrade`: the trade is void for both of its sides. */
export const createBustTrade =
  (deps: TradeDeps) =>
  async (by: Operator, input: AmendInput): Promise<Once<AmendedTrade>> => {
    const named = await findTrade(deps, input);
    if ('failures' in named) return refusedNow(...named.failures);
    const key = amendKey(by, 'bustTrade', named, input, []);
    return amendTrade(deps, by, named, input, { action: 'bustTrade', corrected: null, key });
  };
