import type { GraphQLResolveInfo } from 'graphql';
import type { Sight } from '../database/viewers.ts';
import { readerOf } from '../graphql/actor.ts';
import { asksOnlyForId } from '../graphql/asks-only-for-id.ts';
import { perRequest } from '../graphql/per-request.ts';
import { createBatch } from '../kernel/batch.ts';
import type { Ledger } from './ledger.ts';
import { sightOf } from './reader.ts';
import type { Account } from './store.ts';
import type { ValuedPosition } from './valuation.ts';

/** Look-ups of several rows at once, that belong to rows which the viewer was shown. */
const batchOf = <Key, Value>(lookUp: (ledger: Ledger, sight: Sight, keys: Key[]) => Promise<(key: Key) => Value>) =>
  perRequest((context) =>
    createBatch((keys: Key[]) => lookUp(context.services.ledger, sightOf(readerOf(context)), keys)),
  );

const accountBatch = batchOf((ledger, sight, ids: string[]) => ledger.accountsById(sight, ids));
export const balanceBatch = batchOf((ledger, sight, ids: string[]) => ledger.balancesOf(sight, ids));
export const positionBatch = batchOf((ledger, sight, ids: string[]) => ledger.positionsOf(sight, ids));
export const lotBatch = batchOf((ledger, sight, positions: ValuedPosition[]) => ledger.lotsOf(sight, positions));

/** The account of a row that its reader was shown, such as an order’s; its id is known from the row. */
export const accountOfRow = async (
  accountId: string,
  context: Parameters<typeof accountBatch>[0],
  info: GraphQLResolveInfo,
): Promise<Account> => {
  if (asksOnlyForId(info)) return { id: accountId } as Account;
  const account = await accountBatch(context)(accountId);
  if (account === undefined) throw new Error('a row names an account that does not exist');
  return account;
};
