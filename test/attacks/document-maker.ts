import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Random } from '../../src/venues/paper/random.ts';
import { anything, decimals, ids, instants, integers, texts } from './hostile.ts';

export interface Operation {
  query: string;
  variables: Record<string, unknown>;
}

/** Ending the session of the attack would end the attack. */
const kept = new Set(['logout', 'logoutEverywhere', 'deleteAccount']);

const byScalar: Record<string, readonly unknown[]> = {
  Decimal: decimals,
  DateTime: instants,
  ID: ids,
  Int: integers,
  Float: integers,
  Boolean: [true, false],
};

/**
 * Makes operations from the schema: any root field with any of its fields, and for every input a value that is hostile, of
 * another type, missing, or one of those that exist (so that some come through to the database).
 */
export const createDocumentMaker = (schema: GraphQLSchema, random: Random, existing: readonly string[]) => {
  const below = (bound: number): number => Number(random(BigInt(bound)));
  const chance = (percent: number): boolean => below(100) < percent;
  const pick = <Value>(from: readonly Value[]): Value => from[below(from.length)] as Value;

  const hostileValue = (type: GraphQLInputType, depth = 0): unknown => {
    if (chance(2)) return pick(anything);
    if (isNonNullType(type)) return hostileValue(type.ofType as GraphQLInputType, depth);
    if (chance(5)) return null;
    if (isListType(type))
      return Array.from({ length: chance(3) ? 101 : below(4) }, () =>
        hostileValue(type.ofType as GraphQLInputType, depth + 1),
      );
    if (isEnumType(type)) return chance(4) ? pick(texts) : pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type) || chance(40));
      return Object.fromEntries(fields.map((field) => [field.name, hostileValue(field.type, depth + 1)]));
    }
    const known = byScalar[type.name] ?? texts;
    if (known === ids && chance(50) && existing.length > 0) return pick(existing);
    if (known === texts && chance(15)) return pick(existing.length > 0 ? existing : texts);
    return pick(known);
  };

  const selectionOf = (type: GraphQLOutputType, declare: (arg: GraphQLArgument) => string, depth: number): string => {
    const named = isNonNullType(type) ? type.ofType : type;
    const inner = isListType(named) ? named.ofType : named;
    const object = isNonNullType(inner) ? inner.ofType : inner;
    if (isLeafType(object)) return '';
    if (!isObjectType(object) || depth > 5) return '{ __typename }';
    const fields = Object.values(object.getFields()).filter(
      (field) => chance(depth === 0 ? 80 : 35) || isLeafType(field.type),
    );
    const chosen = fields.slice(0, 12).map((field) => fieldOf(field, declare, depth + 1));
    return `{ __typename ${chosen.join(' ')} }`;
  };

  const fieldOf = (
    field: GraphQLField<unknown, unknown>,
    declare: (arg: GraphQLArgument) => string,
    depth: number,
  ): string => {
    const args = field.args.filter((arg) => isNonNullType(arg.type) || chance(50));
    const given = args.length === 0 ? '' : `(${args.map((arg) => `${arg.name}: ${declare(arg)}`).join(', ')})`;
    return `${field.name}${given} ${selectionOf(field.type, declare, depth)}`;
  };

  return (): Operation => {
    const mutation = chance(50);
    const root = mutation ? schema.getMutationType() : schema.getQueryType();
    const fields = Object.values(root?.getFields() ?? {}).filter(({ name }) => !kept.has(name));
    const variables: Record<string, unknown> = {};
    const declared: string[] = [];
    const declare = (arg: GraphQLArgument): string => {
      const name = `v${declared.length}`;
      declared.push(`$${name}: ${arg.type}`);
      variables[name] = hostileValue(arg.type);
      return `$${name}`;
    };
    const body = Array.from({ length: 1 + below(2) }, (_, index) => `f${index}: ${fieldOf(pick(fields), declare, 0)}`);
    const head = declared.length === 0 ? '' : `(${declared.join(', ')})`;
    return { query: `${mutation ? 'mutation' : 'query'} Fuzz${head} { ${body.join(' ')} }`, variables };
  };
};
