import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { RefusedError } from '../../errors.ts';
import { hasPermission } from '../../identity/viewer/permissions.ts';
import { limits } from '../../limits.ts';
import type { RequestContext } from '../context.ts';
import { createDocumentCache } from '../document-cache.ts';
import type { RegisteredDocuments } from '../registered-documents.ts';

export interface DocumentRules {
  registered: RegisteredDocuments;
  /** Serve nothing else, but to those whose permission lets them send documents of their own. */
  registeredOnly: boolean;
}

type Found = { source: string } | { refused: RefusedError };

const refused = (code: RefusedError['code'], message: string): Found => ({ refused: new RefusedError(code, message) });

/** The id that stands for a document, as Apollo's clients send it and as `documentId` of GraphQL over HTTP. */
const idOf = (extensions: Record<string, unknown> | undefined): string | undefined => {
  const { persistedQuery } = extensions ?? {};
  const { sha256Hash } = (persistedQuery ?? {}) as { sha256Hash?: unknown };
  return typeof sha256Hash === 'string' ? sha256Hash : undefined;
};

/**
 * Lets a client send the hash of a document instead of its text: registered when the server started, or by a client that
 * sent both (Apollo's automatic persisted queries), which is only kept to save sending and makes nothing allowed.
 */
export const useRegisteredDocuments = (rules: DocumentRules): Plugin => {
  const automatic = createDocumentCache<string>(
    limits.graphql.persistedCharacters,
    (source, hash) => source.length + hash.length,
  );
  const ours = new Set(rules.registered.values());

  const find = (id: string | undefined, query: string): Found => {
    if (id === undefined) return { source: query };
    if (query === '') {
      const source = rules.registered.get(id) ?? automatic.get(id);
      return source === undefined ? refused('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound') : { source };
    }
    if (createHash('sha256').update(query).digest('hex') !== id)
      return refused('BAD_REQUEST', 'The hash is not the SHA-256 of the document, as lower-case hexadecimal.');
    automatic.set(id, query);
    return { source: query };
  };

  const mayRunAny = ({ viewer, trusted }: RequestContext): boolean =>
    trusted === true || (viewer !== null && hasPermission(viewer.roles, 'schema:explore'));

  return {
    onParams({ params, setParams, setResult, context }) {
      const found = find(idOf(params.extensions), params.query ?? '');
      const refuse = (error: RefusedError): void =>
        setResult({ errors: [new GraphQLError(error.message, { originalError: error })] });
      if ('refused' in found) return refuse(found.refused);
      if (rules.registeredOnly && !ours.has(found.source) && !mayRunAny(context as unknown as RequestContext))
        return refuse(
          new RefusedError(
            'DOCUMENT_NOT_REGISTERED',
            'This server runs only the documents that were registered with it.',
          ),
        );
      if (found.source !== params.query) setParams({ ...params, query: found.source });
    },
  };
};
