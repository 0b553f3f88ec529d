import { limits } from '../limits.ts';
import type { InputProblem } from './input.ts';
import type { OwnInput } from './own-input.ts';
import type { Page } from './page.ts';

/* Lists in numbered pages, for clients that know no cursors. */

const bounds = {
  page: { fallback: 1, most: limits.page.numbered },
  page_size: { fallback: limits.page.default, most: limits.page.max },
} as const;
type Name = keyof typeof bounds;

const problem = (name: Name, kind: InputProblem['kind'], message: string): InputProblem[] => [
  { in: 'query', field: [name], kind, message },
];

const read = (query: URLSearchParams, name: Name): number | InputProblem[] => {
  const texts = query.getAll(name);
  const { fallback, most } = bounds[name];
  if (texts.length > 1) return problem(name, 'repeated', 'This is given more than once.');
  const text = texts[0] ?? String(fallback);
  if (!/^-?\d{1,9}$/.test(text))
    return problem(name, 'invalid', 'Input should be a valid integer, unable to parse string as an integer');
  const number = Number(text);
  if (number < 1) return problem(name, 'invalid', 'Input should be greater than or equal to 1');
  return number > most ? problem(name, 'invalid', `Input should be less than or equal to ${most}`) : number;
};

const shown = (name: Name, description: string) => {
  const { fallback, most } = bounds[name];
  const schema = { type: 'integer', minimum: 1, maximum: most, default: fallback } as const;
  return { schema, description, example: fallback };
};

/** Reads `page` and `page_size` into the `first` and `skip` of the operation. */
export const pageNumbers: OwnInput = {
  shown: {
    first: null,
    skip: null,
    page: shown('page', 'The number of the page, from 1.'),
    page_size: shown('page_size', 'How many items a page has.'),
  },
  read: (given) => {
    const [page, size] = [read(given.query, 'page'), read(given.query, 'page_size')];
    if (typeof page !== 'number' || typeof size !== 'number')
      return { problems: [page, size].flatMap((one) => (typeof one === 'number' ? [] : one)) };
    return { ...given, query: new URLSearchParams({ first: String(size), skip: String((page - 1) * size) }) };
  },
};

const numberIn = (query: URLSearchParams, name: Name): number => Number(query.get(name) ?? bounds[name].fallback);

/** What such a client is told of a page. The operation asks for `totalCount`. */
export const numbered = ({ items, total = items.length }: Page, query: URLSearchParams) => {
  const [page, size] = [numberIn(query, 'page'), numberIn(query, 'page_size')];
  const pages = Math.ceil(total / size);
  return { items, total, page, size, pages, has_next: page < pages, has_previous: page > 1 };
};

/** RFC 8288, as for pages with cursors. */
export const numberedLinks = (
  path: string,
  query: URLSearchParams,
  { page, pages }: { page: number; pages: number },
) => {
  const to = (rel: string, number: number): string[] => {
    if (number < 1 || number > Math.min(pages, bounds.page.most)) return [];
    const other = new URLSearchParams(query);
    other.set('page', String(number));
    return [`<${path}?${other}>; rel="${rel}"`];
  };
  const links = [...to('next', page + 1), ...to('prev', page - 1)];
  return links.length === 0 ? undefined : links.join(', ');
};
