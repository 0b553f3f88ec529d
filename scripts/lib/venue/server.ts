import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { DependencyError } from '../../../src/guard/failure.ts';
import { readCancels, readName, readOrders, readReplacements, toWire } from '../../../src/venues/http/messages.ts';
import type { Exchange } from './exchange.ts';
import { noFaults, readFaults } from './faults.ts';
import type { VenueLedger } from './ledger.ts';

const PAGE = 200;
const REPEATED = 10;
const MAX_WAIT_ms = 30_000;

interface Answer {
  status: number;
  value: unknown;
}
const answer = (status: number, value: unknown): Answer => ({ status, value });
const ACCEPTED = answer(202, { accepted: true });

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text === '' ? null : JSON.parse(text);
};

/** The routes of docs/venue-protocol.md, and /admin, where the simulator is told to misbehave. */
export const createVenueServer = (options: {
  ledger: VenueLedger;
  exchange: Exchange;
  /** Resolves when something was said, or the time is over. */
  news(wait_ms: number): Promise<void>;
  token: string | undefined;
}): Server => {
  const { ledger, exchange, news, token } = options;
  let faults = noFaults;
  const shown = new Set<number>();
  /** Requests by path, so that a test can wait for one that is never answered. */
  const requests = new Map<string, number>();

  const reports = async (url: URL): Promise<Answer> => {
    const after = Number(url.searchParams.get('after') ?? 0);
    const wait_ms = Math.min(MAX_WAIT_ms, Number(url.searchParams.get('waitMs') ?? 0));
    if (ledger.latest() <= after && wait_ms > 0) await news(wait_ms);
    const from = faults.repeatReports ? Math.max(0, after - REPEATED) : after;
    const groups = ledger.after(from, PAGE).filter(({ seq }) => {
      const isNew = !shown.has(seq);
      shown.add(seq);
      return !(faults.loseReports && isNew);
    });
    return answer(200, toWire({ latest: ledger.latest(), groups }));
  };

  const order = (method: string, id: string, action: string | undefined, body: unknown): Answer => {
    if (method === 'POST' && action === 'void') {
      readName(body);
      return answer(200, toWire(exchange.giveUp(id)));
    }
    const known = method === 'GET' && action === undefined ? ledger.status(id) : undefined;
    return known === undefined ? answer(404, { error: 'unknown order' }) : answer(200, toWire(known));
  };

  const admin = (path: string, body: unknown): Answer => {
    if (path === '/admin/faults') {
      const read = readFaults(body ?? {});
      if (!read.success) return answer(400, { error: read.error.issues[0]?.message });
      faults = read.data;
      return answer(200, faults);
    }
    if (path === '/admin/tick') exchange.tick();
    return answer(200, {
      latest: ledger.latest(),
      received: ledger.received(),
      requests: Object.fromEntries(requests),
    });
  };

  const route = async (method: string, url: URL, body: unknown): Promise<Answer> => {
    const [, version, noun, id, action] = url.pathname.split('/');
    if (version === 'admin') return admin(url.pathname, body);
    if (noun === 'orders' && id !== undefined) return order(method, id, action, body);
    switch (`${method} ${noun}`) {
      case 'GET reports':
        return reports(url);
      case 'GET quotes':
        return answer(200, toWire({ quotes: exchange.quotes() }));
      case 'POST orders':
        exchange.submit(readOrders(body).orders);
        return ACCEPTED;
      case 'POST cancels':
        exchange.cancel(readCancels(body).orders);
        return ACCEPTED;
      case 'POST replacements':
        exchange.replace(readReplacements(body).replacements);
        return ACCEPTED;
    }
    return answer(404, { error: 'no such path' });
  };

  const safely = async (method: string, url: URL, body: unknown): Promise<Answer> => {
    try {
      return await route(method, url, body);
    } catch (error) {
      // The reader of messages says what does not fit the protocol.
      if (error instanceof DependencyError) return answer(400, { error: error.message });
      throw error;
    }
  };

  const send = (response: ServerResponse, { status, value }: Answer): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://venue');
    const method = request.method ?? 'GET';
    const body = await bodyOf(request);
    if (url.pathname.startsWith('/v1') && token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      send(response, answer(401, { error: 'unknown token' }));
      return;
    }
    requests.set(url.pathname, (requests.get(url.pathname) ?? 0) + 1);
    const now = url.pathname.startsWith(faults.path) ? faults : noFaults;
    if (now.delay_ms > 0) await sleep(now.delay_ms);
    if (now.hang) return;
    if (now.fail !== false) {
      send(response, answer(now.fail, { error: 'told to fail' }));
      return;
    }
    const done = await safely(method, url, body);
    if (now.loseAnswers) response.destroy();
    else send(response, done);
  };

  return createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, answer(400, { error: String(error) }));
    });
  });
};
