import { constants, createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** The seals of one database: a file of lines that only grows. */

/** Longer than any line: 32 strands are about 3 kB. */
const TAIL_bytes = 65_536;

const readTail = async (handle: FileHandle): Promise<{ line: string | undefined; end: number }> => {
  const { size } = await handle.stat();
  const start = Math.max(0, size - TAIL_bytes);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
  const tail = buffer.subarray(0, bytesRead);
  // A line without its end is what a crash left of one: it never was a seal.
  const end = tail.lastIndexOf('\n') + 1;
  const line = tail.subarray(0, end).toString('utf8').trimEnd().split('\n').at(-1);
  return { line: line === '' ? undefined : line, end: start + end };
};

/** The last line that was written to its end, and where it ends; undefined when there is no file. */
export const lastLine = async (file: string): Promise<{ line: string | undefined; end: number } | undefined> => {
  try {
    const handle = await open(file, 'r');
    return await readTail(handle).finally(() => handle.close());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Puts a line behind the last whole one; when this resolves it is on disk. */
export const appendLine = async (file: string, line: string, end: number): Promise<void> => {
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT, 0o640);
  try {
    await handle.truncate(end);
    await handle.write(`${line}\n`, end);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** The lines up to there, one after the other. */
export const linesUpTo = (file: string, end: number): AsyncIterable<string> =>
  createInterface({ input: createReadStream(file, { end: end - 1 }), crlfDelay: Number.POSITIVE_INFINITY });
