import type { IncomingMessage } from 'node:http';
import { type Ids, isUuid } from '../kernel/ids.ts';
import type { Exchange } from './answer.ts';
import { nobody } from './who.ts';

/** The path and what follows "?", also of a request whose target is a whole URL, as proxies send it. */
const targetOf = (url: string): { path: string; search: string } => {
  const relative = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = relative.indexOf('?');
  if (mark < 0) return { path: relative, search: '' };
  return { path: relative.slice(0, mark), search: relative.slice(mark + 1) };
};

/** A request as it comes in; a client may have named it. */
export const exchangeOf = (request: IncomingMessage, ids: Ids, signal: AbortSignal): Exchange => {
  const given = request.headers['x-request-id'];
  return {
    request,
    requestId: typeof given === 'string' && isUuid(given) ? given : ids.next(),
    ...targetOf(request.url ?? '/'),
    who: nobody,
    address: '',
    meter: undefined,
    overBudget: undefined,
    signal,
    note: { outcome: 'ok' },
  };
};
