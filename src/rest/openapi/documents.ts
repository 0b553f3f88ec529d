import type { GraphQLSchema } from 'graphql';
import type { Face } from '../faces.ts';
import { createDocument, documentText } from './document.ts';

/** The document of each base path below which there are faces, as text. Made when it is first asked for, then kept. */
export const createDocuments = (
  faces: readonly Face[],
  schema: GraphQLSchema,
): ReadonlyMap<string, () => Promise<string>> => {
  const made = new Map<string, Promise<string>>();
  const textOf = (base: string): Promise<string> => {
    const text = made.get(base) ?? createDocument(faces, base, schema).then(documentText);
    made.set(base, text);
    return text;
  };
  return new Map([...new Set(faces.map(({ base }) => base))].map((base) => [base, () => textOf(base)]));
};

export type Documents = ReturnType<typeof createDocuments>;
