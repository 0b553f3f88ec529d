import type { ErrorCode } from '../../errors.ts';
import { challengeOf } from '../challenge.ts';
import type { Dialect, RestAnswer, RestFailure, RestRequest } from '../dialect.ts';
import type { InputProblem } from '../input.ts';

/** What a face says instead of our status and message. */
export interface Wording {
  status?: number;
  /** Left out where the system had none. */
  detail?: unknown;
  /** Fields that stand beside `detail`. */
  beside?: Readonly<Record<string, unknown>>;
  headers?: Readonly<Record<string, string>>;
  /** A 401 without WWW-Authenticate. */
  bare?: true;
}

export interface FastapiFace {
  /** How a request without a usable Authorization header is refused. */
  unauthenticated: (request: RestRequest, reason: unknown) => Wording;
  texts: Partial<Record<ErrorCode, Wording | ((failure: RestFailure, request: RestRequest) => Wording)>>;
  /** On every answer. */
  headers?: Readonly<Record<string, string>>;
  forms?: ReadonlySet<string>;
  /** What it has beside its operations. */
  beside?: Pick<
    Dialect,
    'pages' | 'counted' | 'serves' | 'documentsAt' | 'schemas' | 'limitHeaders' | 'inputs' | 'signIn'
  >;
  /** What its answers have of their own. */
  success?: Dialect['success'];
}

export interface Item {
  type: string;
  loc: string[];
  msg: string;
  ctx?: Readonly<Record<string, unknown>>;
}

/** As pydantic 2 lists what does not fit, without its `input`, which would send a password back. */
const itemOf = ({ in: where, field, kind, message, rule }: InputProblem): Item => {
  const loc = [where, ...field];
  if (rule !== undefined) return { type: rule.type, loc, msg: message, ctx: rule.ctx };
  if (kind === 'missing') return { type: 'missing', loc, msg: 'Field required' };
  if (/^String cannot/.test(message)) return { type: 'string_type', loc, msg: 'Input should be a valid string' };
  if (/^Int cannot/.test(message))
    return { type: 'int_parsing', loc, msg: 'Input should be a valid integer, unable to parse string as an integer' };
  if (field.length === 0)
    return {
      type: 'model_attributes_type',
      loc,
      msg: 'Input should be a valid dictionary or object to extract fields from',
    };
  return { type: 'value_error', loc, msg: message };
};

/** A refusal of the server's own, in the words of pydantic where it has some. */
const ruleOf = (code: ErrorCode, field: readonly string[], message: string): Omit<Item, 'loc'> => {
  if (code === 'PASSWORD_TOO_SHORT' || code === 'PASSWORD_TOO_LONG') {
    const isShort = code === 'PASSWORD_TOO_SHORT';
    const type = isShort ? 'string_too_short' : 'string_too_long';
    const [bound] = /\d+/.exec(message) ?? [];
    if (bound === undefined) return { type, msg: message };
    const ctx = { [isShort ? 'min_length' : 'max_length']: Number(bound) };
    return { type, msg: `String should have at ${isShort ? 'least' : 'most'} ${bound} characters`, ctx };
  }
  if (field.at(-1) !== 'email') return { type: 'value_error', msg: message };
  return { type: 'value_error', msg: `value is not a valid email address: ${message}`, ctx: { reason: message } };
};

const NOTHING_SENT: Item = { type: 'missing', loc: ['body'], msg: 'Field required' };

/** The 422 of FastAPI; undefined for a failure that is not about the input. */
export const itemsOf = (failure: RestFailure, status: number, { body }: RestRequest): Item[] | undefined => {
  const { problems } = failure;
  if (body === undefined && problems?.every((problem) => problem.in === 'body' && problem.kind === 'missing'))
    return [NOTHING_SENT];
  if (problems !== undefined) return problems.map(itemOf);
  if (failure.code === 'BAD_REQUEST' && /JSON/.test(failure.message))
    return [{ type: 'json_invalid', loc: ['body'], msg: 'JSON decode error' }];
  if (status !== 422 || failure.errors.length === 0) return undefined;
  return failure.errors.map(({ field, code, message }) => {
    const { type, ...said } = ruleOf(code, field, message);
    return { type, loc: ['body', ...field], ...said };
  });
};

/** The face of a FastAPI application: errors are `{"detail": …}`, unknown fields are passed over. */
export const fastapi = ({ unauthenticated, texts, headers = {}, forms, beside, success }: FastapiFace): Dialect => {
  const worded = (failure: RestFailure, status: number, request: RestRequest): Wording => {
    if (failure.code === 'UNAUTHENTICATED') return unauthenticated(request, failure.details?.reason);
    const wording = texts[failure.code];
    if (wording !== undefined) return typeof wording === 'function' ? wording(failure, request) : wording;
    const items = itemsOf(failure, status, request);
    return items === undefined ? { detail: failure.message } : { status: 422, detail: items };
  };
  return {
    ignoresUnknown: true,
    ...(forms && { forms }),
    ...beside,
    success: (answer, request): RestAnswer => {
      const own = success?.(answer, request) ?? answer;
      return { ...own, headers: { ...headers, ...own.headers } };
    },
    failure: (failure, status, request) => {
      const wording = worded(failure, status, request);
      const answered = wording.status ?? status;
      const asks = answered === 401 && !wording.bare;
      return {
        status: answered,
        headers: { ...headers, ...wording.headers, ...(asks && { 'WWW-Authenticate': challengeOf(failure.code) }) },
        body: { ...wording.beside, ...(wording.detail !== undefined && { detail: wording.detail }) },
      };
    },
  };
};
