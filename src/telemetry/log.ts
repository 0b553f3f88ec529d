import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from '../config.ts';

export type Log = Logger;

interface LoggedError {
  type: string;
  message: string;
  code?: unknown;
  stack?: string | undefined;
  cause?: LoggedError;
}

/**
 * What is logged of an error. Not all it carries: Postgres puts the values of a row into `detail`, and those can be an
 * e-mail address.
 */
const serializeError = (error: unknown): LoggedError => {
  if (!(error instanceof Error)) return { type: typeof error, message: 'Something that is no Error was thrown.' };
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message,
    ...('code' in error && { code: error.code }),
    stack,
    ...(cause !== undefined && { cause: serializeError(cause) }),
  };
};

/**
 * The one structured log: JSON lines on standard output. What goes in is chosen where it is logged, field by field:
 * never a password, a token, an e-mail address, variables or a document.
 */
export const createLog = (
  config: Pick<Config, 'logLevel'>,
  destination: DestinationStream = pino.destination({ fd: 1, sync: false }),
): Log =>
  pino(
    {
      level: config.logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError },
    },
    destination,
  );
