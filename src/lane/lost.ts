/**
 * Classes of SQLSTATE that tell of a connection or a server that went away: connection exceptions and operator intervention. So do the
 * two of a transaction that took too long, the one because its process stood still: Postgres ends the connection with it.
 */
const GONE = /^(08|57P|25P0[34])/;
/** Five characters, the first of those that classes begin with: EPIPE, a socket's own, is none. */
const SQLSTATE = /^[0-9FHPX][0-9A-Z]{4}$/;

/** Whether an error with this code says that the connection is gone. One without a SQLSTATE comes from the socket. */
export const isConnectionLoss = (code: string | undefined): boolean =>
  code === undefined || !SQLSTATE.test(code) || GONE.test(code);
