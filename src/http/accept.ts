export type MediaType = 'application/json' | 'application/graphql-response+json' | 'text/event-stream';

const offered: readonly MediaType[] = ['application/json', 'application/graphql-response+json', 'text/event-stream'];

const matches = (range: string, type: MediaType): boolean =>
  range === type || range === '*/*' || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));

/**
 * The type that the client likes best of those offered, by its q values and then by our order; undefined when it
 * takes none. Without a header, and for every type it does not name, application/json.
 */
export const negotiate = (accept: string | undefined): MediaType | undefined => {
  if (accept === undefined || accept === '*/*') return 'application/json';
  if (accept === 'application/json' || accept === 'application/graphql-response+json') return accept;
  let best: { type: MediaType; quality: number; exact: boolean } | undefined;
  for (const part of accept.toLowerCase().split(',')) {
    const [range = '', ...parameters] = part.split(';').map((text) => text.trim());
    const given = parameters.find((text) => text.startsWith('q='))?.slice(2);
    const quality = given === undefined ? 1 : Number(given);
    if (!(quality > 0)) continue;
    const type = offered.find((candidate) => matches(range, candidate));
    if (type === undefined) continue;
    const exact = range === type;
    if (!best || quality > best.quality || (quality === best.quality && exact && !best.exact))
      best = { type, quality, exact };
  }
  return best?.type;
};

/** Whether a client takes JSON, by whatever name. */
export const takesJson = (accept: string | undefined): boolean => {
  if (accept === undefined) return true;
  return accept.split(',').some((part) => {
    const [range = '', ...parameters] = part
      .toLowerCase()
      .split(';')
      .map((text) => text.trim());
    const isRefused = parameters.some((text) => /^q=0(\.0*)?$/.test(text));
    return !isRefused && (matches(range, 'application/json') || /^application\/([\w.-]+\+)?json$/.test(range));
  });
};
