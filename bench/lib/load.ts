import { connect, type Socket } from 'node:net';

/** One prepared HTTP/1.1 request a connection, sent again as soon as the answer is whole: a closed loop that costs little. */
export interface Load {
  port: number;
  connections: number;
  /** Milliseconds. */
  lasting: number;
  /** The next request of a connection. */
  request(connection: number): Buffer;
  /** Looks at the first answer of each connection; a load that measures errors is worth nothing. */
  check(body: string): void;
}

export interface Measured {
  answers: number;
  perSecond: number;
  p50_ms: number;
  p99_ms: number;
}

export const post = (path: string, body: string, headers: Record<string, string> = {}): Buffer => {
  const lines = Object.entries({ host: 'localhost', 'content-type': 'application/json', ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
};

/** The length of the first whole answer in the buffer; 0 while it is not whole. */
const answerLength = (data: Buffer): number => {
  const end = data.indexOf('\r\n\r\n');
  if (end === -1) return 0;
  const head = data.toString('latin1', 0, end).toLowerCase();
  const at = head.indexOf('content-length: ');
  if (at === -1) throw new Error('the benchmark reads answers with a content-length only');
  const whole = end + 4 + Number.parseInt(head.slice(at + 16), 10);
  return data.length >= whole ? whole : 0;
};

const runConnection = (load: Load, index: number, until: number, latencies: number[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket: Socket = connect(load.port, '127.0.0.1');
    socket.setNoDelay(true);
    let data: Buffer = Buffer.alloc(0);
    let sent = 0;
    let first = true;
    const send = (): void => {
      sent = performance.now();
      socket.write(load.request(index));
    };
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      data = data.length === 0 ? chunk : Buffer.concat([data, chunk]);
      const length = answerLength(data);
      if (length === 0) return;
      latencies.push(performance.now() - sent);
      try {
        if (first) load.check(data.toString('utf8', data.indexOf('\r\n\r\n') + 4, length));
      } catch (error) {
        socket.destroy(error as Error);
        return;
      }
      first = false;
      data = data.subarray(length);
      if (performance.now() < until) send();
      else {
        socket.end();
        resolve();
      }
    });
  });

export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

export const run = async (load: Load): Promise<Measured> => {
  const latencies: number[] = [];
  const started = performance.now();
  const until = started + load.lasting;
  await Promise.all(
    Array.from({ length: load.connections }, (_, index) => runConnection(load, index, until, latencies)),
  );
  const seconds = (performance.now() - started) / 1_000;
  latencies.sort((a, b) => a - b);
  return {
    answers: latencies.length,
    perSecond: latencies.length / seconds,
    p50_ms: quantile(latencies, 0.5),
    p99_ms: quantile(latencies, 0.99),
  };
};
