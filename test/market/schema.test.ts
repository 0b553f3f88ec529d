import { type GraphQLError, GraphQLObjectType, type GraphQLSchema, graphql } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import '../../src/graphql/scalars.ts';
import { builder } from '../../src/graphql/builder.ts';
import { createMarket } from '../../src/market/market.ts';
import '../../src/market/schema.ts';
import { createPaperVenue } from '../../src/venues/paper/paper.ts';
import { allListed } from '../support/listed.ts';
import { countingIds, venueOrder } from '../venues/paper/support.ts';

const at = new Date('2026-01-05T14:30:00.000Z');
const instruments = allListed().sort((one, other) => (one.symbol < other.symbol ? -1 : 1));
const venue = createPaperVenue({
  instruments: instruments.filter(({ symbol }) => symbol !== 'KO'),
  clock: { now: () => at },
  ids: countingIds(),
  seed: 1,
  tick_ms: 0,
  makers: true,
  log: { info: () => {} },
});
const market = createMarket({
  instruments: { all: () => instruments, find: (symbol) => instruments.find((each) => each.symbol === symbol) },
  venue,
});

interface Edges {
  edges: { cursor: string; node: { symbol: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string };
}
interface Answer {
  data: { instruments: Edges; instrument: Record<string, unknown> | null; quote: Record<string, unknown> | null };
  errors?: readonly GraphQLError[];
}

let schema: GraphQLSchema;
const ask = async (source: string, variableValues: Record<string, unknown> = {}): Promise<Answer> => {
  const answer = await graphql({ schema, source, variableValues, contextValue: { services: { market } } });
  return answer as unknown as Answer;
};

const refusal = ({ errors }: Answer) => ({
  message: errors?.[0]?.message,
  code: (errors?.[0]?.originalError as { code?: string } | undefined)?.code,
});

beforeAll(() => {
  // The market has no mutation, and a schema whose Mutation has no field is none.
  builder.mutationField('nothing', (t) => t.boolean({ access: 'public', resolve: () => true }));
  schema = builder.toSchema();
});

describe('the market over GraphQL', () => {
  it('describes an instrument with decimals as text', async () => {
    const source = `{ instrument(symbol: "BTC-USD") {
      symbol name kind baseAsset quoteAsset tickSize lotSize priceScale qtyScale collarPercent status
    } }`;
    expect((await ask(source)).data.instrument).toEqual({
      symbol: 'BTC-USD',
      name: 'Bitcoin / US dollar',
      kind: 'CRYPTO',
      baseAsset: 'BTC',
      quoteAsset: 'USD',
      tickSize: '0.01',
      lotSize: '0.000001',
      priceScale: 2,
      qtyScale: 6,
      collarPercent: '10',
      status: 'TRADING',
    });
  });

  it('answers null for a symbol that nobody listed', async () => {
    expect(await ask('{ instrument(symbol: "NONE") { symbol } quote(symbol: "NONE") { bid } }')).toEqual({
      data: { instrument: null, quote: null },
    });
  });

  it('pages through all instruments by symbol without gap or repeat', async () => {
    const source = `query ($after: String) { instruments(first: 7, after: $after) {
      edges { cursor node { symbol } } pageInfo { hasNextPage hasPreviousPage endCursor }
    } }`;
    const symbols: string[] = [];
    let after: string | null = null;
    do {
      const { edges, pageInfo }: Edges = (await ask(source, { after })).data.instruments;
      expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor);
      expect(pageInfo.hasPreviousPage).toBe(after !== null);
      for (const { node } of edges) symbols.push(node.symbol);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(symbols).toEqual(instruments.map(({ symbol }) => symbol));
  });

  it('gives 20 instruments when not told how many, and refuses more than 100 or fewer than 1', async () => {
    expect((await ask('{ instruments { edges { node { symbol } } } }')).data.instruments.edges).toHaveLength(20);
    for (const first of [0, 101, -1]) {
      const refused = refusal(await ask(`{ instruments(first: ${first}) { edges { cursor } } }`));
      expect(refused.code).toBe('BAD_USER_INPUT');
      expect(refused.message).toContain('"first"');
    }
  });

  it('refuses a cursor that it did not make', async () => {
    const source = 'query ($after: String) { instruments(after: $after) { edges { cursor } } }';
    for (const after of ['!', '', 'AAAA', 'QUFQTA==', 'x'.repeat(200)]) {
      expect([after, refusal(await ask(source, { after })).code]).toEqual([after, 'BAD_USER_INPUT']);
    }
  });

  it('searches symbols and names in any case, and pages through what it found', async () => {
    const find = async (search: string, more = '') => {
      const list = `instruments(search: $search${more}) { edges { cursor node { symbol } } }`;
      return (await ask(`query ($search: String) { ${list} }`, { search })).data.instruments.edges;
    };
    expect((await find('bitCOIN')).map(({ node }) => node.symbol)).toEqual(['BCH-USD', 'BTC-USD']);
    expect((await find(' aapl ')).map(({ node }) => node.symbol)).toEqual(['AAPL']);
    expect(await find('%')).toEqual([]);
    const [first] = await find('-usd', ', first: 1');
    const rest = await find('-usd', `, first: 100, after: "${first?.cursor}"`);
    expect([first?.node.symbol, rest.length]).toEqual(['ADA-USD', 11]);
  });

  it('refuses a search that is too long', async () => {
    const source = 'query ($search: String) { instruments(search: $search) { edges { cursor } } }';
    expect(refusal(await ask(source, { search: 'x'.repeat(65) }))).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect((await ask(source, { search: 'x'.repeat(64) })).data.instruments.edges).toEqual([]);
  });

  it('quotes what the venue has, in decimals of price and quantity', async () => {
    const fields = '{ symbol bid ask bidSize askSize last at }';
    const empty = { symbol: 'DOGE-USD', bid: null, ask: null, bidSize: '0', askSize: '0', last: null };
    const before = await ask(`{ quote(symbol: "DOGE-USD") ${fields} }`);
    expect(before.data.quote).toEqual({ ...empty, at: at.toISOString() });
    venue.submit([
      venueOrder('bid', { symbol: 'DOGE-USD', worstPrice: 17_990n, leavesQty: 1_500n }),
      venueOrder('ask', { symbol: 'DOGE-USD', side: 'SELL', worstPrice: 18_001n, leavesQty: 2_000n }),
      venueOrder('taker', { symbol: 'DOGE-USD', worstPrice: 18_001n, leavesQty: 500n }),
    ]);
    const after = await ask(`{ instrument(symbol: "DOGE-USD") { quote ${fields} } }`);
    expect(after.data.instrument?.quote).toEqual({
      symbol: 'DOGE-USD',
      bid: '0.1799',
      ask: '0.18001',
      bidSize: '1.5',
      askSize: '1.5',
      last: '0.18001',
      at: at.toISOString(),
    });
  });

  it('shows an instrument that the venue does not trade without a quote', async () => {
    const answer = await ask('{ quote(symbol: "KO") { bid } instrument(symbol: "KO") { symbol quote { bid } } }');
    expect(answer).toEqual({ data: { quote: null, instrument: { symbol: 'KO', quote: null } } });
  });

  it('says on every field with an amount what it counts', () => {
    for (const name of ['Instrument', 'Quote']) {
      const type = schema.getType(name);
      const fields = type instanceof GraphQLObjectType ? Object.values(type.getFields()) : [];
      expect(fields.length).toBeGreaterThan(5);
      const silent = fields.filter((field) => /Decimal|Int/.test(String(field.type)) && !field.description);
      expect(silent.map((field) => field.name)).toEqual([]);
    }
  });
});
