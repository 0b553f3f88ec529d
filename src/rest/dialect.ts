import type { ErrorCode } from '../errors.ts';
import type { CircuitView } from '../guard/guards.ts';
import type { RateLimitNote } from '../http/answer.ts';
import type { Look } from '../http/health.ts';
import type { ServedPath } from '../http/served.ts';
import type { TokenProblem } from '../identity/viewer/viewer.ts';
import type { InputProblem } from './input.ts';
import type { JsonSchema } from './openapi/json-schema.ts';
import type { RestOperation } from './operation.ts';
import type { OwnInput } from './own-input.ts';

/** Why a request was not done, before a face gives it its form. */
export interface RestFailure {
  code: ErrorCode;
  message: string;
  /** One for each value at fault. */
  errors: readonly { field: readonly string[]; code: ErrorCode; message: string }[];
  /** What of the request did not fit the operation, where that was the reason. */
  problems?: readonly InputProblem[];
  retryAfter_s?: number;
  details?: Readonly<Record<string, unknown>>;
}

export interface RestRequest {
  requestId: string;
  path: string;
  /** Undefined where no operation was reached. */
  operation: RestOperation | undefined;
  /** As it was sent, before the face rewrote it. */
  query: URLSearchParams;
  /** The same of its body; undefined where there is none, or it was not read. */
  body: unknown;
  /** What the Authorization header began with, in small letters, and whether anything followed. */
  scheme: string | undefined;
  hasCredentials: boolean;
  /** Why they are no good, where they are not. */
  tokenProblem: TokenProblem | null;
  /** What followed looks like a refresh token. */
  isRefreshToken: boolean;
  /** When its good token was made and when it ends, in Unix seconds. */
  tokenTimes?: { iat: number; exp: number } | undefined;
  now: Date;
  /** What the client calls the chain of requests that this is one of. */
  correlationId?: string | undefined;
}

export interface RestAnswer {
  status: number;
  headers?: Record<string, string>;
  /** Becomes JSON; undefined: no body. */
  body?: unknown;
}

/** What a page of a face may tell of the server. */
export interface FaceStatus {
  now: Date;
  /** Which of the dependencies can be used now. */
  dependencies(within_ms?: number): Promise<Readonly<Record<string, Look>>>;
  /** The same of those that the server can do without. */
  optional(within_ms?: number): Promise<Readonly<Record<string, Look>>>;
  circuits(): readonly Pick<CircuitView, 'name' | 'state' | 'failures'>[];
}

/** What a face looks like beside its operations. */
export interface Dialect {
  /** Fields and parameters that no operation has are passed over; the native face refuses them by name. */
  ignoresUnknown: boolean;
  /** Refuses a client that takes no JSON, where its system answered whatever it had. */
  negotiates?: true;
  /** Takes forms as well as JSON, for the operations that are named. */
  forms?: ReadonlySet<string>;
  /** GET answers that no operation gives, by path: who the server is, and how it does. Nobody is asked who they are there. */
  pages?: Readonly<Record<string, (status: FaceStatus, query: URLSearchParams) => RestAnswer | Promise<RestAnswer>>>;
  /** Those of them that count as requests. */
  counted?: ReadonlySet<string>;
  /** Paths of the server's own, by where the face has them: health, counters, exports. They refuse as the face does. */
  serves?: Readonly<Record<string, ServedPath>>;
  /** Before the names of the documents and their pages, beside /api where every face has them. */
  documentsAt?: '';
  /** Of answers whose form their operation, or one look at a page, does not show: by the operation's name, or the page's path. */
  schemas?: Readonly<Record<string, JsonSchema>>;
  /** Headers by which its clients know how much they may still ask, beside those that every answer has. */
  limitHeaders?(note: RateLimitNote): Record<string, string>;
  /** What its clients give in their own way, by the names of operations, or the paths of pages. */
  inputs?: Readonly<Record<string, OwnInput>>;
  /** Where a sign-in with the password grant of OAuth 2 is found, for clients that read it in the document. */
  signIn?: string;
  success(answer: RestAnswer, request: RestRequest): RestAnswer;
  failure(failure: RestFailure, status: number, request: RestRequest): RestAnswer;
}
