import { type Failure, failure } from '../errors.ts';

/** A client's own key: printable ASCII without spaces at its ends, so that it survives headers, logs and URLs. */
export const checkKey = (key: string | null | undefined, field: string, max: number): Failure | undefined => {
  if (key == null) return undefined;
  if (key.length >= 1 && key.length <= max && /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(key)) return undefined;
  return failure(
    'INVALID_INPUT',
    `${field} must have 1 to ${max} printable ASCII characters, no space at either end.`,
    field,
  );
};
