import { connect, createServer, type Socket } from 'node:net';

/**
 * A way to Postgres that can be cut: behind what the client sends, so that a commit happens and nobody is told, or before
 * it, so that the client believes to have sent what never arrived.
 */
export const cuttableWay = async (host: string, port: number) => {
  let armed: { at: string; arrives: boolean; reset: boolean } | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, host);
    let cutting = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (data) => {
      const cut = armed !== undefined && data.includes(armed.at) ? armed : undefined;
      if (cut !== undefined) {
        cutting = true;
        armed = undefined;
      }
      if (cut?.arrives === false) {
        if (cut.reset) client.resetAndDestroy();
        else client.destroy();
        upstream.destroy();
      } else upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (!cutting) return client.write(data);
      client.destroy();
      return upstream.end();
    });
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    /** Cuts at the next thing sent that contains the text; the client is told politely, or by a reset. */
    cutAt: (at: string, arrives: boolean, reset = false): void => {
      armed = { at, arrives, reset };
    },
    close: (): void => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};
