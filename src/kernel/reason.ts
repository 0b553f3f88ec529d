import { type Failure, failure } from '../errors.ts';

/** Why somebody did something, for the audit log: one line that says something. */
export const checkReason = (text: string, field: string, max: number): Failure | undefined =>
  text.trim() !== '' && text.length <= max && !/[\p{Cc}\p{Cs}]/u.test(text)
    ? undefined
    : failure('INVALID_INPUT', `A reason has 1 to ${max} characters on one line.`, field);
