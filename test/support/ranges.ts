import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex').toUpperCase();

/** Hashes that begin like another one, as a list of hundreds of millions has them. */
const neighbours = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => sha1(`${prefix} ${at}`).slice(5));

/** A service with the range protocol of Have I Been Pwned that knows these passwords. */
export const startRanges = async (passwords: readonly string[]) => {
  const hashes = passwords.map(sha1);
  const asked: { path: string; padding: string | undefined }[] = [];

  const good: Answer = ({ url = '' }, response) => {
    const prefix = url.slice(-5);
    const listed = hashes.filter((hash) => hash.startsWith(prefix)).map((hash) => `${hash.slice(5)}:42`);
    const others = neighbours(prefix, 800).map((rest, at) => `${rest}:${at + 1}`);
    const padding = neighbours(`padding ${prefix}`, 200).map((rest) => `${rest}:0`);
    response.end([...others, ...listed, ...padding].sort().join('\r\n'));
  };
  let answer = good;
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', padding: request.headers['add-padding'] as string | undefined });
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/range`,
    asked,
    good,
    /** How it answers from now on. */
    answers: (how: Answer): void => {
      answer = how;
    },
    close: (): void => {
      server.close();
      server.closeAllConnections();
    },
  };
};
