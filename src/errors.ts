/**
 * The catalogue: the only list of what can go wrong, shared by GraphQL and REST. A code that is not here does not
 * compile; `docs/errors.md` and the GraphQL enum `ErrorCode` are made from it.
 *
 * `where`: `payload` codes come in a mutation's `userErrors`, `top` codes in the answer's `errors`, and `both` in either.
 * `status`: the HTTP status of the same failure over REST; for GraphQL see docs/errors.md.
 * `retryable`: the same request may succeed later without being changed.
 */
interface Entry<Where extends 'payload' | 'top' | 'both'> {
  where: Where;
  status: number;
  retryable: boolean;
  meaning: string;
}

const payload = (status: number, meaning: string, retryable = false): Entry<'payload'> => ({
  where: 'payload',
  status,
  retryable,
  meaning,
});
const top = (status: number, meaning: string, retryable = false): Entry<'top'> => ({
  where: 'top',
  status,
  retryable,
  meaning,
});

const both = (status: number, meaning: string, retryable = false): Entry<'both'> => ({
  where: 'both',
  status,
  retryable,
  meaning,
});

export const catalogue = {
  // Input
  INVALID_INPUT: payload(422, 'A value is missing, malformed or out of its range; `field` names it.'),
  INVALID_QUANTITY: payload(422, 'A quantity is not positive, not a multiple of the lot size, or out of range.'),
  INVALID_PRICE: payload(422, 'A price is not positive, not a multiple of the tick size, missing, or not allowed.'),
  INVALID_AMOUNT: payload(422, 'An amount of money is not positive, has too many decimals, or is out of range.'),
  UNKNOWN_SYMBOL: payload(422, 'No instrument has this symbol.'),
  NOT_SUPPORTED: payload(422, 'The combination is part of the API but is not offered by this server.'),
  NOT_FOUND: payload(404, 'Nothing with this id, or it belongs to somebody else; the two are not told apart.'),

  // Identity
  EMAIL_TAKEN: payload(409, 'Another user has this e-mail address.'),
  USERNAME_TAKEN: payload(409, 'Another user has this username.'),
  INVALID_CREDENTIALS: payload(401, 'The sign-in name, the password or the code is wrong; which one is not told.'),
  INVALID_REFRESH_TOKEN: payload(
    401,
    'The refresh token is malformed, expired, already used, or its session has ended.',
  ),
  INVALID_RESET_TOKEN: payload(
    401,
    'The link that resets a password is malformed, expired, already used, or not the newest.',
  ),
  RECENT_SIGN_IN_REQUIRED: payload(
    401,
    'The change needs the current password, or a sign-in of the last five minutes.',
  ),
  USER_SUSPENDED: payload(403, 'The password is right, but an operator has suspended the user.'),
  SECOND_FACTOR_REQUIRED: both(
    403,
    'The sign-in needs `code` as well; in place of an answer, the session may do nothing but set up a second factor.',
  ),
  SECOND_FACTOR_EXISTS: payload(409, 'The user has a second factor; remove it first.'),
  NO_SECOND_FACTOR: payload(409, 'The user has no second factor, or began none within the last ten minutes.'),
  PASSWORD_TOO_SHORT: payload(422, 'The password has fewer characters than the configured minimum.'),
  PASSWORD_TOO_LONG: payload(422, 'The password has more characters than the configured maximum.'),
  PASSWORD_TOO_COMMON: payload(
    422,
    'The password is on the list of common passwords, has a name in it, or was seen in a breach.',
  ),
  OPEN_ORDERS: payload(409, 'The user still has open orders; cancel them first.'),
  LAST_ADMIN: payload(409, 'The change would leave the system without an active administrator.'),

  // Money and orders
  INSUFFICIENT_FUNDS: payload(422, 'The account has less cash or fewer units available than the command needs.'),
  ALREADY_REVERSED: payload(409, 'The entry has been reversed; that happens once.'),
  TRADE_ALREADY_BUSTED: payload(
    409,
    'The trade was busted before, or corrected: then the corrected trade is the one to name.',
  ),
  ACCOUNT_CLOSED: payload(409, 'The account takes no new commands.'),
  INSTRUMENT_HALTED: payload(409, 'Trading in the instrument is halted.', true),
  TRADING_BLOCKED: payload(
    409,
    'An operator has stopped new orders of the account, in the instrument, or all of them.',
    true,
  ),
  MARKET_CLOSED: payload(
    409,
    'The instrument trades in sessions and none is on; orders that may rest are taken.',
    true,
  ),
  NO_MARKET: payload(409, 'A market order found no price on the other side of the book.', true),
  TOO_LATE_TO_CANCEL: payload(409, 'The order is already in a final state.'),
  TOO_LATE_TO_REPLACE: payload(409, 'The order is already in a final state, or a stop that has become a market order.'),
  CHANGE_PENDING: payload(409, 'An earlier change of the order is still waiting for the venue.', true),
  EXECUTION_UNKNOWN: payload(
    409,
    'The venue has not said whether it has the order, and it is asked again; also the `reason` of such an order.',
    true,
  ),
  TOO_MANY_OPEN_ORDERS: payload(409, 'The account has as many open orders as it may have.', true),
  ORDER_TOO_LARGE: payload(422, 'The order is worth more than the account may place at once.'),
  DAILY_LIMIT_REACHED: payload(409, 'With the order, the account would place more than it may on one UTC day.', true),
  DUPLICATE_CLIENT_ORDER_ID: payload(409, 'The account has used this clientOrderId for another order.'),
  IDEMPOTENCY_KEY_REUSED: payload(422, 'The key was used before with another input.'),
  IDEMPOTENCY_IN_PROGRESS: payload(409, 'The first request with this key is still being worked on.', true),

  // The whole request or field is refused
  UNAUTHENTICATED: top(401, 'No access token, or it is malformed, expired or revoked.'),
  FORBIDDEN: top(403, 'The viewer lacks the permission that the field needs.'),
  BAD_REQUEST: top(400, 'The request is not well-formed HTTP, JSON or GraphQL over HTTP.'),
  PERSISTED_QUERY_NOT_FOUND: top(404, 'No document is known by this hash; send it once with its hash.', true),
  DOCUMENT_NOT_REGISTERED: top(403, 'The server runs only registered documents, and this is none.'),
  GRAPHQL_PARSE_FAILED: top(400, 'The document is not GraphQL.'),
  GRAPHQL_VALIDATION_FAILED: top(400, 'The document does not fit the schema.'),
  BAD_USER_INPUT: top(400, 'A variable or argument does not fit its type; the message names it.'),
  QUERY_TOO_COMPLEX: top(400, 'The document has too many tokens, levels, aliases or directives, or costs too much.'),
  METHOD_NOT_ALLOWED: top(405, 'The HTTP method does not fit the operation; mutations need POST.'),
  NOT_ACCEPTABLE: top(
    406,
    'The client takes none of the types that the answer could have; the header Accept names them.',
  ),
  PAYLOAD_TOO_LARGE: top(413, 'The request body is larger than the server reads.'),
  UNSUPPORTED_MEDIA_TYPE: top(415, 'The request body is not application/json.'),
  RATE_LIMITED: top(429, 'Too many requests; Retry-After says when to come back.', true),
  OVERLOADED: top(503, 'A bounded queue is full, or the database too busy; Retry-After says when to come back.', true),
  DEPENDENCY_UNAVAILABLE: top(503, 'Something that the field depends on does not answer.', true),
  DONE_WITHOUT_ANSWER: top(
    500,
    'The command was carried out, and then its answer could not be read; `id` is what it made, where that has one. Look it up, or repeat ' +
      'the request with the same idempotency key: without one a repeat is another command.',
  ),
  INTERNAL_SERVER_ERROR: both(500, 'A bug; it is logged whole under the request id.', true),
} as const satisfies Record<string, Entry<'payload' | 'top' | 'both'>>;

export type ErrorCode = keyof typeof catalogue;
type CodesOf<Where> = {
  [Code in ErrorCode]: (typeof catalogue)[Code]['where'] extends Where | 'both' ? Code : never;
}[ErrorCode];

/** One reason why a use case did nothing. `field` is the path inside the input, outermost first. */
export interface Failure {
  code: CodesOf<'payload'>;
  message: string;
  field?: readonly string[];
  /** It depends on more than the request, although its code is one of the input's: it is kept under an idempotency key. */
  byState?: true;
}

export const failure = (code: Failure['code'], message: string, ...field: string[]): Failure =>
  field.length === 0 ? { code, message } : { code, message, field };

/** A refusal of the input that another balance, another price or another state of the order would not have brought. */
export const byState = (refusal: Failure): Failure => ({ ...refusal, byState: true });

/** What is told of a bug. */
export const bugMessage = (requestId: string): string =>
  `Something went wrong here. The request id ${requestId} finds it in the log.`;

/** A bug that one of several things met with, while the others were done. */
export const bugOf = (requestId: string): Failure => failure('INTERNAL_SERVER_ERROR', bugMessage(requestId));

/** Where something was made or was not: nothing else that is made has a `code`. */
export const isFailure = (made: unknown): made is Failure =>
  typeof made === 'object' && made !== null && 'code' in made;

/** Thrown where the whole request or field is refused; everything else that is thrown counts as a bug and is masked. */
export class RefusedError extends Error {
  readonly code: CodesOf<'top'>;
  readonly retryAfter_s: number | undefined;
  /** What a program needs beside the code; joins `extensions`. */
  readonly details: Readonly<Record<string, string | number>>;
  constructor(
    code: CodesOf<'top'>,
    message: string,
    retryAfter_s?: number,
    details: Readonly<Record<string, string | number>> = {},
  ) {
    super(message);
    this.name = 'RefusedError';
    this.code = code;
    this.retryAfter_s = retryAfter_s;
    this.details = details;
  }
}

/** A field is refused for one of its arguments; `field` names it in `extensions`, and over REST in `errors`. */
export const refusedArgument = (name: string, problem: string): RefusedError =>
  new RefusedError('BAD_USER_INPUT', `Argument "${name}" ${problem}`, undefined, { field: name });
