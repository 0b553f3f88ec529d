import { catalogue, type ErrorCode } from '../errors.ts';
import type { Exchange, HttpAnswer, Refuse } from '../http/answer.ts';
import type { Clock } from '../kernel/clock.ts';
import type { RestFailure } from './dialect.ts';
import type { Face } from './faces.ts';
import { type Reached, requestOf } from './request-of.ts';
import { written } from './written.ts';

/** Refuses a request as its face does. */
export type RefuseAs = (
  exchange: Exchange,
  face: Face,
  reached: Reached,
  failure: RestFailure,
  headers?: Readonly<Record<string, string>>,
) => HttpAnswer;

export const failing = (code: ErrorCode, message: string): RestFailure => ({ code, message, errors: [] });

export const createRefuseAs =
  (clock: Clock): RefuseAs =>
  (exchange, face, reached, failure, more = {}) => {
    exchange.note.outcome = failure.code;
    const headers: Record<string, string> = { ...more };
    if (failure.retryAfter_s !== undefined) headers['Retry-After'] = String(failure.retryAfter_s);
    const request = requestOf(exchange, reached, clock.now());
    const answer = face.dialect.failure(failure, catalogue[failure.code].status, request);
    return written(answer, headers);
  };

const waitIn = (headers: Readonly<Record<string, string>>): Pick<RestFailure, 'retryAfter_s'> =>
  headers['Retry-After'] === undefined ? {} : { retryAfter_s: Number(headers['Retry-After']) };

/** How a face refuses what no operation of it was reached for. */
export const createRefusing =
  (refuse: RefuseAs) =>
  (exchange: Exchange, face: Face): Refuse =>
  (code, message, headers = {}, { field, ...details } = {}) => {
    const errors = field === undefined ? [] : [{ field: String(field).split('.'), code, message }];
    return refuse(exchange, face, {}, { code, message, errors, details, ...waitIn(headers) }, headers);
  };

export type Refusing = ReturnType<typeof createRefusing>;
