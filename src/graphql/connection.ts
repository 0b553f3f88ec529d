import type { ArgumentRef, ObjectRef } from '@pothos/core';
import { refusedArgument } from '../errors.ts';
import { decodeCursor, encodeCursor, type Page, type PagePoint, type PageRequest } from '../kernel/page.ts';
import { limits } from '../limits.ts';
import { builder } from './builder.ts';

type Types = typeof builder.$inferSchemaTypes;

export interface ConnectionArgs {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

export interface Connection<Row> {
  edges: { cursor: string; node: Row }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | undefined;
    endCursor: string | undefined;
  };
}

/** `connectionOf('Order', OrderRef)` makes OrderConnection and OrderEdge; their nodes and edges are never null. */
export const connectionOf = <Row extends object>(
  name: string,
  type: ObjectRef<Types, Row>,
): ObjectRef<Types, Connection<Row>> =>
  builder.connectionObject(
    { name: `${name}Connection`, type: type as ObjectRef<Types, object> },
    { name: `${name}Edge` },
  ) as unknown as ObjectRef<Types, Connection<Row>>;

type ArgRef<Value> = ArgumentRef<Types, Value | null | undefined>;
interface FieldBuilder {
  arg: {
    int(options: { description: string }): ArgRef<number>;
    string(options: { description: string }): ArgRef<string>;
  };
}

/** The four arguments of a connection field; `t` is the field builder: `args: { ...connectionArgs(t), filter: … }`. */
export const connectionArgs = (t: FieldBuilder) => ({
  first: t.arg.int({
    description: `Page size from the start, 1 to ${limits.page.max}; ${limits.page.default} if absent.`,
  }),
  after: t.arg.string({ description: 'Cursor of the row that the page follows; goes with `first`.' }),
  last: t.arg.int({ description: `Page size from the end, 1 to ${limits.page.max}.` }),
  before: t.arg.string({ description: 'Cursor of the row that the page precedes; goes with `last`.' }),
});

const refuse = (name: string, problem: string): never => {
  throw refusedArgument(name, problem);
};

/** How every list refuses what is no cursor, or one of another list. */
export const refuseCursor = (name: 'after' | 'before'): never => refuse(name, 'is not a cursor of this list.');

/** Which end the page is counted from and how long it is; what every connection checks, whatever its cursors are. */
export const pageWindow = ({ first, after, last, before }: ConnectionArgs): Pick<PageRequest, 'limit' | 'backward'> => {
  const backward = (last ?? before ?? null) !== null;
  if (backward && (first ?? after ?? null) !== null)
    refuse(
      (last ?? null) === null ? 'before' : 'last',
      'does not go with "first" and "after": these page forward, "last" and "before" backward.',
    );
  const limit = (backward ? last : first) ?? limits.page.default;
  if (limit < 1 || limit > limits.page.max)
    refuse(backward ? 'last' : 'first', `must be between 1 and ${limits.page.max}, not ${limit}.`);
  return { limit, backward };
};

/** Relay's shape of a page. */
export const toConnection = <Row>(
  page: Page<Row>,
  request: { backward: boolean; from: unknown },
  cursorOf: (row: Row) => string,
): Connection<Row> => {
  const edges = page.rows.map((node) => ({ cursor: cursorOf(node), node }));
  const elsewhere = request.from !== undefined;
  return {
    edges,
    pageInfo: {
      hasNextPage: request.backward ? elsewhere : page.hasMore,
      hasPreviousPage: request.backward ? page.hasMore : elsewhere,
      startCursor: edges[0]?.cursor,
      endCursor: edges.at(-1)?.cursor,
    },
  };
};

/** The pages of a list that is ordered by (createdAt, id). Its cursors have its name in them, and no other list takes them. */
export const pagesOf = (list: string) => ({
  /** The checked page that the field was asked for; a bad argument refuses the field and is named. */
  request: (args: ConnectionArgs): PageRequest => {
    const window = pageWindow(args);
    const name = window.backward ? 'before' : 'after';
    const cursor = args[name] ?? undefined;
    return { ...window, from: cursor === undefined ? undefined : (decodeCursor(list, cursor) ?? refuseCursor(name)) };
  },
  connection: <Row extends PagePoint>(page: Page<Row>, request: PageRequest): Connection<Row> =>
    toConnection(page, request, (row) => encodeCursor(list, row)),
});

/** Complexity ignores page sizes by itself: every connection field gives this, so that a row costs what its fields cost. */
export const connectionComplexity = ({ first, last }: ConnectionArgs): { field: number; multiplier: number } => ({
  field: 1,
  multiplier: Math.min(Math.max(first ?? last ?? limits.page.default, 1), limits.page.max),
});
