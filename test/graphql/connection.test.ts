import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/errors.ts';
import { connectionComplexity, pagesOf, toConnection } from '../../src/graphql/connection.ts';
import { encodeCursor, type PagePoint, pageOf } from '../../src/kernel/page.ts';

const row = (n: number) => ({
  id: `00000000-0000-7000-8000-00000000000${n}`,
  createdAt: new Date(Date.UTC(2026, 0, n)),
});

const pages = pagesOf('orders');
const cursor = (point: PagePoint) => encodeCursor('orders', point);

describe('a page request', () => {
  it('is twenty rows from the start unless asked otherwise', () => {
    expect(pages.request({})).toEqual({ limit: 20, backward: false, from: undefined });
    expect(pages.request({ first: 5, after: cursor(row(1)) })).toEqual({ limit: 5, backward: false, from: row(1) });
    expect(pages.request({ last: 7, before: cursor(row(2)) })).toEqual({ limit: 7, backward: true, from: row(2) });
    expect(pages.request({ before: cursor(row(2)) })).toMatchObject({ limit: 20, backward: true });
  });

  it.each([
    [{ first: 0 }, 'first'],
    [{ first: -1 }, 'first'],
    [{ first: 101 }, 'first'],
    [{ last: 101 }, 'last'],
    [{ after: 'nonsense' }, 'after'],
    [{ last: 1, before: cursor({ ...row(1), id: 'x' }) }, 'before'],
    [{ after: cursor({ ...row(1), createdAt: new Date('+010000-01-01T00:00:00Z') }) }, 'after'],
    [{ after: cursor({ ...row(1), createdAt: new Date(8.64e15) }) }, 'after'],
    [{ after: encodeCursor('journal', row(1)) }, 'after'],
    [{ before: encodeCursor('journal', row(1)) }, 'before'],
    [{ first: 1, last: 1 }, 'last'],
    [{ first: 1, before: cursor(row(1)) }, 'before'],
  ])('refuses %j and names the argument', (args, name) => {
    const attempt = () => pages.request(args);
    expect(attempt).toThrow(RefusedError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', details: { field: name } }));
    expect(attempt).toThrow(`Argument "${name}"`);
  });
});

describe('a connection', () => {
  const forward = pages.request({ first: 2 });

  it('knows that more rows follow', () => {
    const connection = pages.connection(pageOf([row(1), row(2), row(3)], forward), forward);
    expect(connection.edges.map((edge) => edge.node)).toEqual([row(1), row(2)]);
    expect(connection.pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: cursor(row(1)),
      endCursor: cursor(row(2)),
    });
  });

  it('read from the end keeps the order of the list', () => {
    const request = pages.request({ last: 2 });
    const connection = pages.connection(pageOf([row(3), row(2), row(1)], request), request);
    expect(connection.edges.map((edge) => edge.node)).toEqual([row(2), row(3)]);
    expect(connection.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });

  it('of nothing has no cursors', () => {
    expect(pages.connection(pageOf([], forward), forward).pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: undefined,
      endCursor: undefined,
    });
  });

  it('takes cursors of another order', () => {
    const { edges } = toConnection({ rows: [{ symbol: 'ACME' }], hasMore: false }, forward, ({ symbol }) => symbol);
    expect(edges[0]?.cursor).toBe('ACME');
  });

  it('costs as many times its row as it may return', () => {
    expect(connectionComplexity({ first: 50 }).multiplier).toBe(50);
    expect(connectionComplexity({}).multiplier).toBe(20);
    expect(connectionComplexity({ first: 1_000_000 }).multiplier).toBe(100);
    expect(connectionComplexity({ first: -5 }).multiplier).toBe(1);
  });
});
