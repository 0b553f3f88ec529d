import { limits } from '../limits.ts';

/**
 * What graphql-js says of a value that does not fit, without the value: that may be a password that was put into the wrong field, and
 * is as long as the client likes.
 */
export const withoutValue = (message: string): string =>
  message
    .replace(/^([^:]*cannot represent [^:]*):.*$/s, '$1.')
    .replace(/^Value ".*" does not exist/s, 'Value does not exist')
    .replace(/^(Expected value of type "[^"]*"), found (?!null\.).*$/s, '$1.');

/** Names in it come from the client, of any length. */
export const clipped = (message: string): string =>
  message.length > limits.graphql.errorCharacters
    ? `${message.slice(0, limits.graphql.errorCharacters - 1)}…`
    : message;
