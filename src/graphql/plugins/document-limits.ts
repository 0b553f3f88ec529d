import { type DocumentNode, GraphQLError, parse } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { limits } from '../../limits.ts';
import { fullIntrospection, type Measure, measureDocument } from '../measure.ts';

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

const judge = (document: DocumentNode): GraphQLError[] => {
  const measure = measureDocument(document);
  return bounds
    .filter(({ what, max }) => measure[what] > max)
    .map(({ what, max, called }) =>
      tooComplex(`The document has ${measure[what]} ${called}; at most ${max} are allowed.`),
    );
};

/** Refuses oversized documents before validation, whose own work grows with the square of some of these counts. */
export const useDocumentLimits = (): Plugin => {
  const judged = new WeakMap<DocumentNode, GraphQLError[]>();
  return {
    onParse({ setParseFn }) {
      setParseFn((source, options) => {
        try {
          return parse(source, { ...options, maxTokens: limits.graphql.tokens });
        } catch (error) {
          // graphql-js has no other sign of which of its errors this is.
          if (!(error instanceof GraphQLError) || !error.message.includes('tokens. Parsing aborted')) throw error;
          throw tooComplex(`The document has more than ${limits.graphql.tokens} tokens.`);
        }
      });
    },
    onValidate({ params: { documentAST }, setResult }) {
      const errors = judged.get(documentAST) ?? judge(documentAST);
      judged.set(documentAST, errors);
      if (errors.length > 0) setResult(errors);
    },
  };
};
