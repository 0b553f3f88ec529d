import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Log } from '../telemetry/log.ts';
import type { Exchange } from './answer.ts';

/** Text that is made as it is read. It must be closed, also when it was read to its end; more than once does no harm. */
export interface Source {
  chunks: AsyncGenerator<string>;
  close(): Promise<void>;
}

export interface DownloadBounds {
  /** Of the whole. */
  duration_ms: number;
  /** Between one chunk that the client takes and the next. */
  stall_ms: number;
}

/** The body of a long answer. Nothing is made before the client has taken what was made before. */
export const createDownload = ({ chunks, close }: Source, { duration_ms, stall_ms }: DownloadBounds): Readable => {
  let stall: NodeJS.Timeout | undefined;
  const endAfter = (bound_ms: number, problem: string): NodeJS.Timeout =>
    setTimeout(() => body.destroy(new Error(problem)), bound_ms).unref();
  const pull = async (): Promise<void> => {
    clearTimeout(stall);
    const { done, value } = await chunks.next();
    if (value === '') return pull();
    stall = endAfter(stall_ms, `the client took nothing for ${stall_ms} ms`);
    // What follows is only the client's reading: the source is not kept for that.
    if (done) await close();
    body.push(done ? null : value);
  };
  const body = new Readable({
    read: () => void pull().catch((error: Error) => body.destroy(error)),
    destroy: (error, done) => {
      clearTimeout(stall);
      clearTimeout(whole);
      close().then(
        () => done(error),
        (problem: Error) => done(error ?? problem),
      );
    },
  });
  const whole = endAfter(duration_ms, `the answer took longer than ${duration_ms} ms`);
  return body;
};

/**
 * Sends it. When it fails half-way the connection is reset: an end of any other kind could look like the end of the file,
 * and to a client of HTTP/1.0 it would.
 */
export const sendDownload = async (
  { request, requestId, signal }: Exchange,
  response: ServerResponse,
  body: Readable,
  log: Log,
): Promise<void> => {
  body.on('error', (error) => {
    if (signal.aborted) return;
    log.error({ requestId, err: error }, 'an answer was cut off half-way');
    request.socket.resetAndDestroy();
  });
  await pipeline(body, response).catch(() => {});
};
