import type { Role } from './permissions.ts';

/** The signed-in user of a request, as the database had it at most `limits.session.viewerCache_ms` ago. */
export interface Viewer {
  id: string;
  number: number;
  username: string;
  email: string;
  roles: readonly Role[];
  status: 'ACTIVE';
  createdAt: Date;
  sessionId: string;
}

/** Why a request that carries a token has no viewer. A request without a token has neither. */
export type TokenProblem = 'MALFORMED' | 'EXPIRED' | 'REVOKED' | 'SECOND_FACTOR_MISSING';

/** `enrolling` is who must set up a second factor first: nobody's viewer, but for the fields by which that is done. */
export type Authentication = { viewer: Viewer } | { problem: TokenProblem; enrolling?: Viewer };
export type Authenticate = (token: string) => Promise<Authentication>;

/** Who does something, and in which request: what every command carries into the audit log. */
export interface Actor {
  userId: string | null;
  requestId: string;
}

/** Somebody who is not signed in yet: all that is known is where the request came from. */
export interface Visitor extends Actor {
  address: string;
}
