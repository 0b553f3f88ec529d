import { viewerOf } from '../graphql/actor.ts';
import { perRequest } from '../graphql/per-request.ts';
import { createBatch } from '../kernel/batch.ts';
import type { Ledger } from './ledger.ts';
import type { Account } from './store.ts';
import type { ValuedPosition } from './valuation.ts';

/** Look-ups of several rows at once, all of them the viewer's own. */
const ownBatch = <Key, Value>(
  lookUp: (ledger: Ledger, sight: { viewerId: string }, keys: Key[]) => Promise<(key: Key) => Value>,
) =>
  perRequest((context) =>
    createBatch((keys: Key[]) => lookUp(context.services.ledger, { viewerId: viewerOf(context).id }, keys)),
  );

const accountBatch = ownBatch((ledger, sight, ids: string[]) => ledger.accountsById(sight, ids));
export const balanceBatch = ownBatch((ledger, sight, ids: string[]) => ledger.balancesOf(sight, ids));
export const positionBatch = ownBatch((ledger, sight, ids: string[]) => ledger.positionsOf(sight, ids));
export const lotBatch = ownBatch((ledger, sight, positions: ValuedPosition[]) => ledger.openLotsOf(sight, positions));

/** The account of a row that its reader owns, such as an order’s. */
export const accountOfRow = async (
  accountId: string,
  context: Parameters<typeof accountBatch>[0],
): Promise<Account> => {
  const account = await accountBatch(context)(accountId);
  if (account === undefined) throw new Error('a row names an account that does not exist');
  return account;
};
