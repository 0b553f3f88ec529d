export type MediaType = 'application/json' | 'application/graphql-response+json' | 'text/event-stream';

const offered: readonly MediaType[] = ['application/json', 'application/graphql-response+json', 'text/event-stream'];

const matches = (range: string, type: MediaType): boolean =>
  range === type || range === '*/*' || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));

/** The ranges that a header lists, without those that it refuses by a q of 0. */
const taken = (accept: string): { range: string; quality: number }[] =>
  accept
    .toLowerCase()
    .split(',')
    .map((part) => {
      const [range = '', ...parameters] = part.split(';').map((text) => text.trim());
      const given = parameters.find((text) => text.startsWith('q='))?.slice(2);
      return { range, quality: given === undefined ? 1 : Number(given) };
    })
    .filter(({ quality }) => quality > 0);

/**
 * The type that the client likes best of those offered, by its q values and then by our order; undefined when it
 * takes none. Without a header, and for every type it does not name, application/json.
 */
export const negotiate = (accept: string | undefined): MediaType | undefined => {
  if (accept === undefined || accept === '*/*') return 'application/json';
  if (accept === 'application/json' || accept === 'application/graphql-response+json') return accept;
  let best: { type: MediaType; quality: number; exact: boolean } | undefined;
  for (const { range, quality } of taken(accept)) {
    const type = offered.find((candidate) => matches(range, candidate));
    if (type === undefined) continue;
    const exact = range === type;
    if (!best || quality > best.quality || (quality === best.quality && exact && !best.exact))
      best = { type, quality, exact };
  }
  return best?.type;
};

/** Whether a client takes JSON, by whatever name. */
export const takesJson = (accept: string | undefined): boolean =>
  accept === undefined ||
  taken(accept).some(
    ({ range }) => matches(range, 'application/json') || /^application\/([\w.-]+\+)?json$/.test(range),
  );
