import { GraphQLError, Kind, type ValueNode } from 'graphql';
import { EmailAddressResolver } from 'graphql-scalars';
import { DATE_TIME_FORM, readDateTime } from '../kernel/date-time.ts';
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

builder.scalarType('DateTime', {
  description:
    'An instant as RFC 3339 text. Input takes "Z" or an offset and up to six decimals of a second, of the years 1 to 9999 in UTC; output is UTC with "Z". ' +
    'Times are kept in milliseconds: a period whose bounds (`from`, `to`) are finer has in it just what lies between them; anywhere else, as in `asOf`, ' +
    'what is finer is cut off.',
  ...fromText(`A DateTime must be ${DATE_TIME_FORM}.`, readDateTime),
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
