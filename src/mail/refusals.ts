/** The mail server will never take this one mail. It is no failure of the server. */
export class UndeliverableError extends Error {
  override readonly name = 'UndeliverableError';
}

/** The mail server does not take this one mail now: a full mailbox, a greylist. It is no failure of the server either. */
export class PutOffError extends Error {
  override readonly name = 'PutOffError';
}
