import { Socket } from 'node:net';

/**
 * What happens to a commit. The connection breaks, or the whole process dies; before the commit has arrived, or behind it,
 * so that it is done and nobody is told.
 */
export const mishaps = ['cut before', 'cut after', 'crash before', 'crash after'] as const;
export type Mishap = (typeof mishaps)[number];

export interface Wire {
  /** For `pg`: makes the socket of the next connection. */
  stream(): Socket;
  /** The next commit meets this. */
  arm(mishap: Mishap | undefined): void;
  armed(): Mishap | undefined;
  /** Everything breaks, and nothing is connected any more. */
  cut(): void;
}

/** The connections of one process to its database. */
export const createWire = (died: () => void): Wire => {
  const sockets = new Set<Socket>();
  let mishap: Mishap | undefined;
  let isCut = false;

  const happen = (socket: Socket): void => {
    const crashed = mishap?.startsWith('crash');
    mishap = undefined;
    socket.destroy();
    if (crashed) died();
  };

  const stream = (): Socket => {
    const socket = new Socket();
    if (isCut) {
      // Never connects: a process that is dead hears nothing.
      socket.connect = () => socket;
      return socket;
    }
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let isCommitting = false;
    const { write, emit } = socket;
    socket.write = ((data: Buffer, ...rest: []) => {
      if (mishap === undefined || !data.includes('COMMIT\0')) return write.call(socket, data, ...rest);
      if (mishap.endsWith('before')) {
        happen(socket);
        return false;
      }
      isCommitting = true;
      return write.call(socket, data, ...rest);
    }) as Socket['write'];
    socket.emit = ((event: string, ...values: unknown[]) => {
      const [data] = values;
      if (isCommitting && event === 'data' && Buffer.isBuffer(data)) {
        if (data.includes('COMMIT\0')) {
          happen(socket);
          return true;
        }
        // A statement was refused: there was no commit to lose.
        if (data.includes('ROLLBACK\0')) isCommitting = false;
      }
      return emit.apply(socket, [event, ...values] as Parameters<typeof emit>);
    }) as Socket['emit'];
    return socket;
  };

  return {
    stream,
    arm: (next) => {
      mishap = next;
    },
    armed: () => mishap,
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
  };
};
