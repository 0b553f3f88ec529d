import { GraphQLError, Kind, type ValueNode } from 'graphql';
import { EmailAddressResolver } from 'graphql-scalars';
import { isDecimal } from '../kernel/decimal.ts';
import { limits } from '../limits.ts';
import { builder } from './builder.ts';

const refuse = (message: string, node?: ValueNode): never => {
  throw new GraphQLError(message, { ...(node && { nodes: node }), extensions: { code: 'BAD_USER_INPUT' } });
};

/** Reads a scalar that is text in a variable and in a document alike; any other kind of value gets the same message. */
const fromText = <Value>(expected: string, read: (text: string) => Value | undefined) => ({
  parseValue: (input: unknown): Value => {
    const value = typeof input === 'string' ? read(input) : undefined;
    return value ?? refuse(expected);
  },
  parseLiteral: (node: ValueNode): Value => {
    const value = node.kind === Kind.STRING ? read(node.value) : undefined;
    return value ?? refuse(expected, node);
  },
});

builder.scalarType('Decimal', {
  description:
    'An exact decimal number, written as a string both ways: "12.50". No exponent, no leading zeros; JSON numbers are refused, since reading one loses digits.',
  ...fromText('A Decimal must be a string such as "12.50": digits with at most one point, no exponent.', (text) =>
    isDecimal(text) ? text : undefined,
  ),
  serialize: (value) => {
    if (typeof value === 'string' && isDecimal(value)) return value;
    throw new TypeError('A Decimal field resolved to something that is not a decimal string.');
  },
});

const dateTime = /^\d{4}-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$/;

/** There is no year 0, and Postgres takes none; an offset may lead into it. */
const YEAR_1_ms = Date.parse('0001-01-01T00:00:00Z');

/** `Date.parse` takes 30 February for 2 March, so the day is checked against its month. */
const readDateTime = (text: string): Date | undefined => {
  const parts = dateTime.exec(text.toUpperCase());
  if (!parts) return undefined;
  const lastDay = new Date(Date.UTC(Number(text.slice(0, 4)), Number(parts[1]), 0)).getUTCDate();
  if (Number(parts[2]) > lastDay || text.slice(11, 13) === '24') return undefined;
  const date = new Date(text.toUpperCase());
  return Number.isNaN(date.getTime()) || date.getTime() < YEAR_1_ms ? undefined : date;
};

builder.scalarType('DateTime', {
  description:
    'An instant as RFC 3339 text. Input takes "Z" or an offset and up to six decimals of a second; output is UTC with "Z".',
  ...fromText('A DateTime must be RFC 3339 text with an offset, such as "2026-01-31T09:30:00Z".', readDateTime),
  serialize: (value) => {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError('A DateTime field resolved to something that is not a Date.');
  },
});

const readEmail = (text: string): string | undefined => {
  if (text.length > limits.text.email) return undefined;
  try {
    return EmailAddressResolver.parseValue(text);
  } catch {
    return undefined;
  }
};

builder.scalarType('EmailAddress', {
  description: 'An e-mail address; compared without regard to case, shown as it was entered.',
  ...fromText(
    `An EmailAddress must look like name@example.com and have at most ${limits.text.email} characters.`,
    readEmail,
  ),
  serialize: (value) => String(value),
});
