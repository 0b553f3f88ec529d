import type { RecordRead } from '../audit/record-read.ts';
import type { Sight } from '../database/viewers.ts';
import { refusedArgument } from '../errors.ts';
import { hasPermission, type Role } from '../identity/viewer/permissions.ts';
import { isUuid } from '../kernel/ids.ts';
import type { AccountFinder } from './accounts.ts';

/** Who reads the books: a customer the own accounts, whoever may read the ledger all of them. */
export interface Reader {
  id: string;
  roles: readonly Role[];
  /** For the audit log, when it is somebody else's that is read. */
  requestId: string;
}

export const readsAll = ({ roles }: Reader): boolean => hasPermission(roles, 'ledger:read');

/** How much Postgres shows a reader. */
export const sightOf = (reader: Reader): Sight => (readsAll(reader) ? 'EVERYTHING' : { viewerId: reader.id });

/** The account that a reader means and may see; undefined for any other, whether it exists or not. */
export const readableAccount = async (
  accounts: AccountFinder,
  reader: Reader,
  accountId: string | null | undefined,
): Promise<string | undefined> => {
  const own = await accounts.find(reader.id, accountId);
  if (own !== undefined || accountId == null || !readsAll(reader)) return own;
  return isUuid(accountId) ? accountId.toLowerCase() : undefined;
};

/** The same for a query; what staff read of others is noted under its name. */
export const createReadableAccount =
  ({ accounts, recordRead }: { accounts: AccountFinder; recordRead: RecordRead }) =>
  async (reader: Reader, accountId: string | null | undefined, query: string): Promise<string | undefined> => {
    const id = await readableAccount(accounts, reader, accountId);
    if (id !== undefined && !(await accounts.idsOf(reader.id)).includes(id))
      await recordRead({ userId: reader.id, requestId: reader.requestId }, query, id);
    return id;
  };

export type ReadableAccount = ReturnType<typeof createReadableAccount>;

/** The past is settled; the future is not. */
export const checkPast = (at: Date, now: Date, name: string): void => {
  if (at > now) throw refusedArgument(name, 'must not be in the future.');
};
