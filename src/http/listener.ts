import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConfigError } from '../config.ts';
import type { limits } from '../limits.ts';

export interface Listener {
  /** Resolves to the port once connections are taken. `setting` is what an operator has to change where that cannot be. */
  listen(at: { setting: string; host: string; port: number }): Promise<number>;
  /** Takes no new connections; resolves when the last one has ended. */
  close(): Promise<void>;
  cut(): void;
}

/** One port of the server, under the bounds of connections. */
export const createListener = ({
  onRequest,
  onClientError,
  bounds,
}: {
  onRequest: RequestListener;
  onClientError(error: Error, socket: Duplex): void;
  bounds: { [Name in keyof typeof limits.http]: number };
}): Listener => {
  const server = createServer(
    {
      maxHeaderSize: bounds.headerBytes,
      headersTimeout: bounds.headersTimeout_ms,
      requestTimeout: bounds.requestTimeout_ms,
      keepAliveTimeout: bounds.keepAliveTimeout_ms,
      connectionsCheckingInterval: bounds.checkConnections_ms,
      insecureHTTPParser: false,
      // Node would answer a missing Host by itself, without our headers; only faces that have a host to themselves look at it.
      requireHostHeader: false,
      noDelay: true,
    },
    onRequest,
  );
  // Unheard expectations Node would refuse by itself, too.
  server.on('checkExpectation', onRequest);
  server.maxHeadersCount = bounds.headersCount;
  server.maxConnections = bounds.connections;
  server.on('clientError', onClientError);
  return {
    listen: ({ setting, host, port }) =>
      new Promise((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => reject(listenProblem(error, setting, host, port)));
        server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
      }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
    cut: () => server.closeAllConnections(),
  };
};

const listenProblem = (error: NodeJS.ErrnoException, setting: string, host: string, port: number): ConfigError => {
  if (error.code === 'EADDRINUSE') return new ConfigError(setting, `${port} is already in use on ${host}`);
  if (error.code === 'EACCES') return new ConfigError(setting, `${port} may not be used by this user`);
  return new ConfigError('HOST', `${host} cannot be listened on (${error.code})`);
};
