import { complexityFromQuery } from '@pothos/plugin-complexity';
import { GraphQLError, parse } from 'graphql';
import { expect, test } from 'vitest';
import { useComplexity } from '../../src/graphql/plugins/complexity.ts';
import { schema } from '../../src/graphql/schema.ts';

const place = parse(
  'mutation ($input: PlaceOrdersInput!) { placeOrders(input: $input) { results { order { id status } } } }',
);
const pages = parse('query ($first: Int = 30) { orders(first: $first) { edges { node { id } } } }');

const { onExecute } = useComplexity();
const costOf = (document: typeof place, variableValues: object): unknown => {
  const contextValue: { cost?: unknown } = {};
  void onExecute?.({ args: { schema, document, variableValues, contextValue } } as never);
  return contextValue.cost;
};
const strictly = (document: typeof place, variables: object): number =>
  complexityFromQuery(document, { schema, variables: { ...variables } }).complexity;

const order = { symbol: 'AAPL', side: 'BUY', type: 'LIMIT', qty: '1', limitPrice: '10.00' };

test('the cost of an operation is that of its checked variables', () => {
  const orders = (count: number) => ({ input: { orders: Array.from({ length: count }, () => order) } });
  for (const variables of [orders(1), orders(50), orders(100), { input: { orders: order } }, { input: { orders: [] } }])
    expect(costOf(place, variables)).toBe(strictly(place, variables));
  expect(costOf(place, orders(50))).toBeGreaterThan(10 * Number(costOf(place, orders(1))));
  for (const variables of [{}, { first: 1 }, { first: 100 }, { first: null }])
    expect(costOf(pages, variables)).toBe(strictly(pages, variables));
});

test('variables that fit no cost are refused as variables', () => {
  for (const input of [undefined, null, {}, { orders: null }, 'text', 7, [], { orders: 7 }])
    expect(() => costOf(place, { input })).toThrow(GraphQLError);
  for (const first of ['7', 1.5, {}, [1, 2]]) expect(() => costOf(pages, { first })).toThrow(GraphQLError);
});

test('what only looks like a list costs a number, and is refused when it is executed', () => {
  for (const orders of ['abcdef', { length: 3 }])
    expect(costOf(place, { input: { orders } })).toEqual(expect.any(Number));
});
