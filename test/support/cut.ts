import { connect, createServer, type Socket } from 'node:net';

/**
 * A way to Postgres that can be cut. Once armed, what the client sends still arrives and the first answer to it is
 * swallowed with the connection: exactly the moment in which a commit happened and nobody was told.
 */
export const cuttableWay = async (host: string, port: number) => {
  let armed: ((sent: Buffer) => boolean) | undefined;
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
      if (armed?.(data)) {
        cutting = true;
        armed = undefined;
      }
      upstream.write(data);
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
    /** Cuts at the next thing sent that contains the text. */
    cutAfter: (text: string): void => {
      armed = (sent) => sent.includes(text);
    },
    close: (): void => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};
