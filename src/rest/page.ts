/** A page of a list: where GraphQL has edges and cursors of every row, REST has the rows and the cursors at the ends. */
export interface Page {
  items: unknown[];
  nextCursor: string | null;
  previousCursor: string | null;
  /** Of all pages, where the operation asks for it. */
  total?: number;
}

interface Connection {
  totalCount?: number;
  edges: { node: unknown }[];
  pageInfo: {
    hasNextPage?: boolean;
    hasPreviousPage?: boolean;
    startCursor?: string | null;
    endCursor?: string | null;
  };
}

const isConnection = (value: unknown): value is Connection =>
  typeof value === 'object' && value !== null && 'edges' in value && 'pageInfo' in value;

export const pageOf = (value: unknown): Page | undefined => {
  if (!isConnection(value)) return undefined;
  const { edges, pageInfo, totalCount } = value;
  return {
    items: edges.map(({ node }) => node),
    nextCursor: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
    previousCursor: pageInfo.hasPreviousPage ? (pageInfo.startCursor ?? null) : null,
    ...(totalCount !== undefined && { total: totalCount }),
  };
};

/** RFC 8288: where the neighbours of a page are, with the other parameters as they were. */
export const linkOf = (page: Page, { path, search }: { path: string; search: string }): string | undefined => {
  const to = (rel: string, cursorName: string, sizeName: string, cursor: string): string => {
    const query = new URLSearchParams(search);
    const size = query.get('first') ?? query.get('last');
    for (const name of ['first', 'after', 'last', 'before']) query.delete(name);
    if (size !== null) query.set(sizeName, size);
    query.set(cursorName, cursor);
    return `<${path}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(page.nextCursor === null ? [] : [to('next', 'after', 'first', page.nextCursor)]),
    ...(page.previousCursor === null ? [] : [to('prev', 'before', 'last', page.previousCursor)]),
  ];
  return links.length === 0 ? undefined : links.join(', ');
};
