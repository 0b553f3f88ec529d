import type { Exchange, HttpAnswer } from '../http/answer.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Face } from './faces.ts';
import type { RestOperation } from './operation.ts';
import { NOTHING_THERE } from './outcome.ts';
import { linkOf, pageOf } from './page.ts';
import type { RefuseAs } from './refuse.ts';
import { requestOf } from './request-of.ts';
import { fillAddress, select } from './select.ts';
import { unlessKnown } from './unless-known.ts';
import { written } from './written.ts';

/** Makes an operation's result the answer of its face; a result that has nothing where the body should be is not found. */
export const createSucceed =
  ({ clock, refuse }: { clock: Clock; refuse: RefuseAs }) =>
  (
    exchange: Exchange,
    face: Face,
    operation: RestOperation,
    data: unknown,
    more: Readonly<Record<string, string>>,
  ): HttpAnswer => {
    const headers: Record<string, string> = { ...more };
    const value = operation.body === undefined ? undefined : select(data, operation.body);
    if (operation.body !== undefined && (value === null || value === undefined))
      return refuse(exchange, face, { operation }, NOTHING_THERE);
    const page = pageOf(value);
    // Numbered pages say by themselves where they are.
    const linked = operation.page === undefined ? page : pageOf(select(data, operation.page));
    const isNumbered = operation.page === undefined && page?.total !== undefined;
    const link = linked && !isNumbered ? linkOf(linked, exchange) : undefined;
    if (link) headers.Link = link;
    if (operation.location !== undefined) headers.Location = face.base + fillAddress(operation.location, data);
    const body = page ?? value;
    const { status } = operation;
    const dressed = face.dialect.success(
      { status, ...(body !== undefined && { body }) },
      requestOf(exchange, { operation }, clock.now()),
    );
    const answer = written(dressed, headers);
    // What a face puts around it may be another one each time, such as when it was made.
    const stable = dressed.body === body ? undefined : JSON.stringify(body);
    return operation.method === 'GET' ? unlessKnown(exchange, answer, stable) : answer;
  };
