import { RefusedError } from '../errors.ts';
import type { Actor, Viewer, Visitor } from '../identity/viewer/viewer.ts';
import type { GraphContext } from './context.ts';

/** The viewer of a field that only signed-in users reach. The rule tree saw to that; this is the type's proof of it. */
export const viewerOf = (context: GraphContext): Viewer => {
  if (context.viewer === null) throw new RefusedError('UNAUTHENTICATED', 'Sign in first.');
  return context.viewer;
};

/** The same for fields with the access `enrolling`. */
export const enrolleeOf = (context: GraphContext): Viewer => context.enrolling ?? viewerOf(context);

/** Who reads the books in this request. */
export const readerOf = (context: GraphContext): Viewer & { requestId: string } => ({
  ...viewerOf(context),
  requestId: context.requestId,
});

/** Who acts in this request, for use cases that change something. */
export const actorOf = (context: GraphContext, { id } = viewerOf(context)): Actor & { userId: string } => ({
  userId: id,
  requestId: context.requestId,
});

/** For the fields that need no sign-in. */
export const visitorOf = ({ viewer, requestId, address }: GraphContext): Visitor => ({
  userId: viewer?.id ?? null,
  requestId,
  address,
});
