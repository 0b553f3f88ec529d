import { type GraphQLResolveInfo, responsePathAsArray } from 'graphql';
import type { GraphContext } from './context.ts';

/** Notes that the list of this field is empty because what it would be of is not there, or is somebody else's. */
export const noteNothingThere = (context: GraphContext, { path }: GraphQLResolveInfo): void => {
  context.nothingThere ??= [];
  context.nothingThere.push(responsePathAsArray(path).join('.'));
};
