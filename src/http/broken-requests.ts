import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { limits } from '../limits.ts';
import { contentPolicies, securityHeaders } from './headers.ts';

const statuses: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

const messages: Record<number, string> = {
  408: 'The request did not arrive in time.',
  431: `The head of a request may have at most ${limits.http.headerBytes} bytes.`,
};

/**
 * Answers what Node could not read as a request, or not in time, as fully as any other request; then hangs up. Nobody knows where it was
 * to go, so the answer is a problem of RFC 9457, whatever the client speaks.
 */
export const answerBrokenRequest = (error: NodeJS.ErrnoException, socket: Duplex, requestId: string): void => {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = statuses[error.code ?? ''] ?? 400;
  const message = messages[status] ?? 'This is not a well-formed HTTP request.';
  const body = JSON.stringify({
    type: '/api/errors/BAD_REQUEST',
    title: STATUS_CODES[status],
    status,
    detail: message,
    code: 'BAD_REQUEST',
    request_id: requestId,
  });
  const headers = {
    ...securityHeaders,
    'Content-Security-Policy': contentPolicies.api,
    'X-Request-ID': requestId,
    'X-Process-Time': '0.000000',
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('\r\n')}\r\n\r\n${body}`);
};
