/** The mail server will never take this one mail. It is no failure of the server. */
export class UndeliverableError extends Error {
  override readonly name = 'UndeliverableError';
}
