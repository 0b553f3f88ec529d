import { type GraphQLResolveInfo, responsePathAsArray } from 'graphql';
import type { GraphContext } from './context.ts';

/** What a mutation did, and where in the answer it is shown. */
export interface CarriedOut {
  path: GraphQLResolveInfo['path'];
  made: object;
}

/** Noted by the field that shows it: what fails below that field cannot undo it any more. */
export const noteCarriedOut = (context: GraphContext, { path }: GraphQLResolveInfo, made: object): void => {
  context.carriedOut ??= [];
  context.carriedOut.push({ path, made });
};

/**
 * What an error's place in the answer tells of a command that was carried out all the same, for `extensions`; undefined where
 * there is none.
 */
export const carriedOutAt = (
  { carriedOut }: Pick<GraphContext, 'carriedOut'>,
  place: readonly (string | number)[] = [],
): { carriedOut: true; id?: string } | undefined => {
  const found = carriedOut?.find(({ path }) => {
    const shownAt = responsePathAsArray(path);
    return shownAt.length < place.length && shownAt.every((key, at) => key === place[at]);
  });
  if (found === undefined) return undefined;
  const { id } = found.made as { id?: unknown };
  return { carriedOut: true, ...(typeof id === 'string' && { id }) };
};
