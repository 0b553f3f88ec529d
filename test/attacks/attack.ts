import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface Finding {
  problem: string;
  sent: string;
  answer: string;
}

export interface HostileRequest {
  method: string;
  target: string;
  headers: Record<string, string>;
  body: string;
}

export interface HostileAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** What tells of the inside: source positions, packages, the database's own words. */
const leaks =
  /node_modules|\.ts:\d+|prisma|violates|relation "|column "|at or near|invalid input syntax|ECONNREFUSED|TypeError|RangeError|deadlock/i;

/** Longer than any answer takes on a busy machine. */
const PATIENCE_ms = 30_000;

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** Without a length Node sends no body with these, or one that the next request begins with. */
const seldom = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

const send = (url: string, { method, target, headers, body }: HostileRequest): Promise<HostileAnswer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const options = { hostname, port, method, path: target, headers, agent, timeout: PATIENCE_ms };
    const request = httpRequest(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${PATIENCE_ms} ms`)));
    request.on('error', reject);
    request.end(seldom.has(method) && headers['content-length'] === undefined ? undefined : body);
  });

/** What no answer may be. */
const bugIn = ({ status, headers, text }: HostileAnswer): string | undefined => {
  // One that is too busy, as on a machine that does something else as well, says when to come back.
  const isBusy = status === 503 && headers['retry-after'] !== undefined;
  if (status >= 500 && !isBusy) return `status ${status}`;
  if (text.includes('INTERNAL_SERVER_ERROR')) return 'a bug behind a field';
  const leak = leaks.exec(text);
  return leak === null ? undefined : `the answer says "${leak[0]}"`;
};

/** Sends `count` requests, several at a time, and tells which of them were answered as none may be. */
export const attack = async <Request extends HostileRequest>(options: {
  url: string;
  count: number;
  concurrency?: number | undefined;
  next: () => Request;
  /** What else is wrong with an answer. */
  judge?: (request: Request, answer: HostileAnswer) => string | undefined;
}): Promise<{ findings: Finding[]; statuses: Record<string, number> }> => {
  const { url, count, next, judge } = options;
  const findings: Finding[] = [];
  const statuses: Record<string, number> = {};
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent < count) {
      sent += 1;
      const request = next();
      const note = (problem: string, answer: string): void => {
        const { authorization, ...headers } = request.headers;
        const shown = `${request.method} ${request.target.slice(0, 200)} ${JSON.stringify(headers)} ${request.body.slice(0, 2_000)}`;
        findings.push({ problem, sent: shown, answer: answer.slice(0, 600) });
      };
      try {
        const answer = await send(url, request);
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        const problem = bugIn(answer) ?? judge?.(request, answer);
        if (problem !== undefined) note(problem, answer.text);
      } catch (error) {
        note((error as Error).message, '');
      }
    }
  };
  await Promise.all(Array.from({ length: options.concurrency ?? 8 }, worker));
  return { findings, statuses };
};

/** A text with something left out of it, put into it or repeated in it. */
export const cut = (text: string, below: (bound: number) => number, texts: readonly string[]): string => {
  const at = below(text.length + 1);
  const change = below(3);
  if (change === 0) return text.slice(0, at) + text.slice(at + 1 + below(4));
  if (change === 1) return text.slice(0, at) + texts[below(texts.length)]!.slice(0, 200) + text.slice(at);
  return text.slice(0, at) + text.slice(at, at + 8).repeat(3) + text.slice(at);
};
