import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from '../config.ts';

export type Log = Logger;

/**
 * The one structured log: JSON lines on standard output. What goes in is chosen where it is logged, by name; the
 * redaction here is the second wall, for a value that carries a secret by accident.
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
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    },
    destination,
  );

const secrets = ['password', 'accessToken', 'refreshToken', 'token', 'authorization', 'cookie', 'email', 'variables'];
