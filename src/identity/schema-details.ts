import type { GraphContext } from '../graphql/context.ts';
import { perRequest } from '../graphql/per-request.ts';
import { createBatch } from '../kernel/batch.ts';
import type { User } from './users/user.ts';

/** What a list of users shows beside their rows. */
const detailsBatch = perRequest((context) =>
  createBatch(async (ids: string[]) => {
    const found = await context.services.identity.userDetails(ids);
    const byId = new Map(found.map((details) => [details.id, details]));
    return (id) => byId.get(id);
  }),
);

export const detailsOf = async ({ id }: User, context: GraphContext) => {
  const details = await detailsBatch(context)(id);
  if (details === undefined) throw new Error('a user without details');
  return details;
};
