import { type DocumentNode, GraphQLError, type GraphQLSchema, Lexer, parse, Source, TokenKind } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { limits } from '../../limits.ts';
import { fullIntrospection, type Measure, markedFields, measureDocument } from '../measure.ts';

const bounds: { what: keyof Measure; max: number; called: string }[] = [
  { what: 'depth', max: limits.graphql.depth, called: 'levels' },
  { what: 'aliases', max: limits.graphql.aliases, called: 'aliases' },
  { what: 'directives', max: limits.graphql.directives, called: 'directives' },
  { what: 'rootFields', max: limits.graphql.rootFields, called: 'root fields' },
  { what: 'signIns', max: 1, called: 'sign-in mutations' },
  { what: 'spreads', max: limits.graphql.spreads, called: 'fragment spreads' },
  { what: 'repeats', max: limits.graphql.repeats, called: 'repeated fields' },
  // A field costs at least 1, so this refuses early what the cost would refuse later.
  { what: 'fields', max: limits.graphql.complexity, called: 'fields' },
  { what: 'introspection', max: limits.graphql.introspections * fullIntrospection, called: 'units of introspection' },
];

const tooComplex = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'QUERY_TOO_COMPLEX' } });

const judge = (document: DocumentNode, marked: ReadonlySet<string>): GraphQLError[] => {
  const measure = measureDocument(document, marked);
  return bounds
    .filter(({ what, max }) => measure[what] > max)
    .map(({ what, max, called }) =>
      tooComplex(`The document has ${measure[what]} ${called}; at most ${max} are allowed.`),
    );
};

const opening = new Set<TokenKind>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing = new Set<TokenKind>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** The parser calls itself for each bracket within brackets, and what walks the tree after it does too; the lexer does not. */
const boundTokens = (source: Source): void => {
  const lexer = new Lexer(source);
  const { tokens, nesting } = limits.graphql;
  let count = 0;
  let open = 0;
  for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
    count += 1;
    if (opening.has(kind)) open += 1;
    else if (closing.has(kind)) open -= 1;
    if (count > tokens) throw tooComplex(`The document has more than ${tokens} tokens.`);
    if (open > nesting) throw tooComplex(`The document is nested deeper than ${nesting} brackets.`);
  }
};

/** Refuses oversized documents before validation, whose own work grows with the square of some of these counts. */
export const useDocumentLimits = (): Plugin => {
  const judged = new WeakMap<DocumentNode, GraphQLError[]>();
  const marks = new WeakMap<GraphQLSchema, ReadonlySet<string>>();
  const markedIn = (schema: GraphQLSchema): ReadonlySet<string> => {
    const marked = marks.get(schema) ?? markedFields(schema);
    marks.set(schema, marked);
    return marked;
  };
  return {
    onParse({ setParseFn }) {
      setParseFn((source, options) => {
        const whole = typeof source === 'string' ? new Source(source) : source;
        boundTokens(whole);
        return parse(whole, options);
      });
    },
    onValidate({ params: { documentAST, schema }, setResult }) {
      const errors = judged.get(documentAST) ?? judge(documentAST, markedIn(schema as GraphQLSchema));
      judged.set(documentAST, errors);
      if (errors.length > 0) setResult(errors);
    },
  };
};
