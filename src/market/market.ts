import { type Page, pageOf } from '../kernel/page.ts';
import type { Quote, Venue } from '../venues/venue.ts';
import type { Instrument } from './instrument.ts';
import type { Instruments } from './instruments.ts';

/** One page of the list, which is ordered by symbol. */
export interface InstrumentPage {
  limit: number;
  /** The symbol that the page follows. */
  from: string | undefined;
  /** Part of a symbol or a name, in any case; empty for all. */
  search: string;
}

export interface Market {
  find(symbol: string): Instrument | undefined;
  /** The instrument that a row of the database names. */
  instrumentOf(symbol: string): Instrument;
  quote(symbol: string): Quote | undefined;
  page(request: InstrumentPage): Page<Instrument>;
}

const matches = ({ symbol, name }: Instrument, search: string): boolean =>
  symbol.toLowerCase().includes(search) || name.toLowerCase().includes(search);

/** What anyone may ask about the market; all of it is answered from memory. */
export const createMarket = (deps: {
  instruments: Pick<Instruments, 'find' | 'all'>;
  venue: Pick<Venue, 'quote'>;
}): Market => ({
  find: deps.instruments.find,
  instrumentOf: (symbol) => {
    const instrument = deps.instruments.find(symbol);
    if (instrument === undefined) throw new Error(`a row names the unknown instrument ${symbol}`);
    return instrument;
  },
  quote: deps.venue.quote,
  page: ({ limit, from = '', search }) => {
    const part = search.toLowerCase();
    const rows = deps.instruments.all().filter((row) => row.symbol > from && matches(row, part));
    return pageOf(rows, { limit, backward: false, from: undefined });
  },
});
