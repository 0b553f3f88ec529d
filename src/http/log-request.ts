import { limits } from '../limits.ts';
import type { Log } from '../telemetry/log.ts';
import type { Exchange } from './answer.ts';

/**
 * The one line of a request. Everything in it is named here: no header, no body, no query string, no variables, so
 * no password, token or e-mail address can be in it.
 */
export const logRequest = (log: Log, exchange: Exchange, status: number, duration_ms: number): void => {
  const { request, requestId, path, note } = exchange;
  log.info(
    {
      requestId,
      method: request.method,
      path: path.slice(0, limits.text.path),
      status,
      ...(note.operation !== undefined && { operation: note.operation }),
      ...(note.viewerId !== undefined && { viewerId: note.viewerId }),
      outcome: note.outcome,
      duration_ms: Math.round(duration_ms * 1000) / 1000,
    },
    'request',
  );
};
