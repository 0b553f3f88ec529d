import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { JSON_TYPE } from './answer.ts';
import { contentPolicies, securityHeaders } from './headers.ts';

const statuses: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Answers what Node could not read as a request, or not in time, as fully as any other request; then hangs up. */
export const answerBrokenRequest = (error: NodeJS.ErrnoException, socket: Duplex, requestId: string): void => {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = statuses[error.code ?? ''] ?? 400;
  const message = status === 408 ? 'The request did not arrive in time.' : 'This is not a well-formed HTTP request.';
  const body = JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
  const headers = {
    ...securityHeaders,
    'Content-Security-Policy': contentPolicies.api,
    'X-Request-ID': requestId,
    'X-Process-Time': '0.000000',
    'Content-Type': JSON_TYPE,
    'Cache-Control': 'no-store',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('\r\n')}\r\n\r\n${body}`);
};
