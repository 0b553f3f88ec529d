import { InstrumentKind, InstrumentStatus } from '../database/generated/enums.ts';
import { refusedArgument } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import {
  connectionArgs,
  connectionComplexity,
  connectionOf,
  pageWindow,
  refuseCursor,
  toConnection,
} from '../graphql/connection.ts';
import { formatDecimal } from '../kernel/decimal.ts';
import { limits } from '../limits.ts';
import type { Quote } from '../venues/venue.ts';
import type { Instrument } from './instrument.ts';
import type { Market } from './market.ts';

const KindEnum = builder.enumType(InstrumentKind, { name: 'InstrumentKind', description: 'What the base asset is.' });
const StatusEnum = builder.enumType(InstrumentStatus, {
  name: 'InstrumentStatus',
  description: 'TRADING takes orders; HALTED refuses new orders, and nothing trades, until it is resumed.',
});

const quotes = { on: 'quotes', whileOpen: 'SERVED' } as const;

interface ShownQuote {
  instrument: Instrument;
  quote: Quote;
}

const QuoteRef = builder.objectRef<ShownQuote>('Quote').implement({
  description: 'The best prices of an instrument now. Prices are in the quote asset, for one whole base asset.',
  fields: (t) => {
    const price = (name: 'bid' | 'ask' | 'last', description: string) =>
      t.field({
        type: 'Decimal',
        nullable: true,
        description,
        resolve: ({ instrument, quote }) => {
          const units = quote[name];
          return units === null ? null : formatDecimal(units, instrument.priceScale);
        },
      });
    const size = (name: 'bidSize' | 'askSize', description: string) =>
      t.field({
        type: 'Decimal',
        description,
        resolve: ({ instrument, quote }) => formatDecimal(quote[name], instrument.baseScale),
      });
    return {
      symbol: t.string({ resolve: ({ quote }) => quote.symbol }),
      bid: price('bid', 'The highest price that a buyer offers; null while there is none.'),
      ask: price('ask', 'The lowest price that a seller asks; null while there is none.'),
      bidSize: size('bidSize', 'Quantity wanted at the bid, in the base asset; 0 while there is none.'),
      askSize: size('askSize', 'Quantity offered at the ask, in the base asset; 0 while there is none.'),
      last: price(
        'last',
        'The price of the last trade with a customer or the market makers’ reference price, whichever is newer; it is what triggers stops. Null before the first of them.',
      ),
      at: t.field({
        type: 'DateTime',
        description: 'When the book last changed.',
        resolve: ({ quote }) => quote.at,
      }),
      stale: t.boolean({
        description:
          'The source of prices does not answer; these are its last, at most a minute old. No order is decided on them.',
        resolve: ({ quote }) => quote.stale ?? false,
      }),
    };
  },
});

const shownQuote = (market: Market, symbol: string): ShownQuote | null => {
  const [instrument, quote] = [market.find(symbol), market.quote(symbol)];
  return instrument === undefined || quote === undefined ? null : { instrument, quote };
};

export const InstrumentRef = builder.objectRef<Instrument>('Instrument');
InstrumentRef.implement({
  description: 'What can be traded: a base asset, priced in a quote asset.',
  fields: (t) => ({
    symbol: t.exposeString('symbol', { description: 'Its name in orders, such as AAPL or BTC-USD.' }),
    name: t.exposeString('name'),
    kind: t.field({ type: KindEnum, resolve: ({ kind }) => kind }),
    baseAsset: t.exposeString('baseAsset', { description: 'The asset that is bought and sold; quantities count it.' }),
    quoteAsset: t.exposeString('quoteAsset', {
      description: 'The asset that is paid with; prices and values count it.',
    }),
    tickSize: t.field({
      type: 'Decimal',
      description: 'Prices are multiples of it. In the quote asset, for one whole base asset.',
      resolve: ({ tickSize, priceScale }) => formatDecimal(tickSize, priceScale),
    }),
    lotSize: t.field({
      type: 'Decimal',
      description: 'Quantities are multiples of it. In the base asset.',
      resolve: ({ lotSize, baseScale }) => formatDecimal(lotSize, baseScale),
    }),
    priceScale: t.exposeInt('priceScale', { description: 'Decimals of a price.' }),
    qtyScale: t.exposeInt('baseScale', { description: 'Decimals of a quantity.' }),
    collarPercent: t.field({
      type: 'Decimal',
      description:
        'How far from the best price, in percent of it, a market order may trade, and a STOP or TRAILING_STOP once it is ' +
        'triggered; what is left then is cancelled.',
      resolve: ({ collarBps }) => formatDecimal(BigInt(collarBps), 2),
    }),
    status: t.field({ type: StatusEnum, resolve: ({ status }) => status }),
    quote: t.field({
      type: QuoteRef,
      dependency: quotes,
      nullable: true,
      description: 'The best prices now; null while the venue does not trade the instrument.',
      resolve: ({ symbol }, _, { services }) => shownQuote(services.market, symbol),
    }),
  }),
});

const InstrumentConnection = connectionOf('Instrument', InstrumentRef);

const encode = (symbol: string): string => Buffer.from(symbol, 'utf8').toString('base64url');

const symbolOf = (after: string | null | undefined): string | undefined => {
  if (after == null) return undefined;
  const symbol = Buffer.from(after, 'base64url').toString('utf8');
  if (/^[A-Z0-9.-]+$/.test(symbol) && encode(symbol) === after) return symbol;
  return refuseCursor('after');
};

const checkedSearch = (search: string | null | undefined): string => {
  const text = search?.trim() ?? '';
  if (text.length <= limits.text.search) return text;
  throw refusedArgument('search', `has at most ${limits.text.search} characters.`);
};

builder.queryFields((t) => {
  const { first, after } = connectionArgs(t);
  const symbol = t.arg.string({ required: true, description: 'Exactly as listed: AAPL, BTC-USD.' });
  return {
    instruments: t.field({
      access: 'public',
      type: InstrumentConnection,
      complexity: connectionComplexity,
      description: 'The instruments, by symbol.',
      args: { first, after, search: t.arg.string({ description: 'Part of a symbol or a name, in any case.' }) },
      resolve: (_, args, { services }) => {
        const window = pageWindow({ first: args.first });
        const request = { ...window, from: symbolOf(args.after), search: checkedSearch(args.search) };
        return toConnection(services.market.page(request), request, ({ symbol }) => encode(symbol));
      },
    }),
    instrument: t.field({
      access: 'public',
      type: InstrumentRef,
      nullable: true,
      description: 'One instrument; null when no instrument has this symbol.',
      args: { symbol },
      resolve: (_, args, { services }) => services.market.find(args.symbol) ?? null,
    }),
    quote: t.field({
      access: 'public',
      dependency: quotes,
      type: QuoteRef,
      nullable: true,
      description: 'The best prices of an instrument now; null when no instrument has this symbol.',
      args: { symbol },
      resolve: (_, args, { services }) => shownQuote(services.market, args.symbol),
    }),
  };
});
