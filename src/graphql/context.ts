import type { Services } from '../app/services.ts';
import type { Dependency } from '../guard/circuits.ts';
import type { TokenProblem, Viewer } from '../identity/viewer/viewer.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Meter } from '../limiter/request-limits.ts';
import type { CarriedOut } from './carried-out.ts';

/** What every resolver gets. `services` are the use cases; resolvers call nothing else. */
export interface GraphContext {
  requestId: string;
  viewer: Viewer | null;
  tokenProblem: TokenProblem | null;
  /** Who is signed in but must set up a second factor first: for the fields with the access `enrolling` only. */
  enrolling?: Viewer;
  /** Where the request came from, as far as it is counted: an IPv4 address or an IPv6 /64. */
  address: string;
  /** What this request is counted against. */
  meter: Meter | undefined;
  /** What the operation may cost; 0 until it is known. */
  cost: number;
  /** The `Idempotency-Key` header, already checked for length. */
  idempotencyKey: string | null;
  /** Set by a mutation that answered from its stored answer; becomes a header and an extension. */
  idempotencyReplayed: boolean;
  /** What the fields that ran depend on; null until one that declares a dependency did. */
  dependencies: Set<Dependency> | null;
  /** What the mutations of this request did, as far as it is shown; null until one did something. */
  carriedOut: CarriedOut[] | null;
  /** Where in the answer lists are empty because there is nothing that they could be of; null until there is one. */
  nothingThere: string[] | null;
  services: Services;
  clock: Clock;
}

/** What the plugins know besides: where the request came from and what became of it. Resolvers do not see it. */
export interface RequestContext extends GraphContext {
  /** What was taken from the viewer's budget. */
  charged: number;
  /** Those of the operation, checked and with their defaults; undefined where it declares none. */
  variables?: Readonly<Record<string, unknown>>;
  /** The document is the server's own, as that of a REST route. */
  trusted?: boolean;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
  /** What is executed; stays null when the document is refused before. */
  operation: { kind: 'query' | 'mutation' | 'subscription'; name: string | null } | null;
}
