import type { ServerResponse } from 'node:http';

/**
 * Cuts a reader that does not take the whole of an answer in time. Only one that the socket's buffer did not take at once has to wait;
 * one that still stands behind others of its connection has no socket of its own yet.
 */
export const cutUnlessRead = (response: ServerResponse, timeout_ms: number): void => {
  const { socket } = response.req;
  if (response.socket !== null && socket.writableLength === 0) return;
  const timer = setTimeout(() => socket.destroy(), timeout_ms);
  response.once('close', () => clearTimeout(timer));
};

/** Cuts the reader of a stream that has something to read and takes nothing of it for so long. */
export const cutWhenStuck = (response: ServerResponse, timeout_ms: number): void => {
  // A listener keeps Node from ending the connection itself, also of a stream that has had nothing to say.
  response.setTimeout(timeout_ms, () => {
    if (response.writableLength > 0) response.socket?.destroy();
  });
};
