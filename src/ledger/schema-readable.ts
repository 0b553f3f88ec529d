import type { GraphQLResolveInfo } from 'graphql';
import { readerOf } from '../graphql/actor.ts';
import type { GraphContext } from '../graphql/context.ts';
import { noteNothingThere } from '../graphql/nothing-there.ts';

/** A list of an account that its reader names and may not see is empty; that this is why is told beside it. */
export const noteUnlessReadable = async (
  context: GraphContext,
  accountId: string | null | undefined,
  info: GraphQLResolveInfo,
): Promise<void> => {
  if (accountId == null) return;
  if (!(await context.services.ledger.mayRead(readerOf(context), accountId))) noteNothingThere(context, info);
};
