import type { GraphQLSchema } from 'graphql';
import type { Face } from '../faces.ts';
import { createDocument, documentText } from './document.ts';

export interface MountedDocument {
  /** What stands before the names of the document and of its pages. */
  places: readonly string[];
  /** Made when it is first asked for, then kept. */
  text(): Promise<string>;
}

/** The document of each base path below which there are faces. */
export const createDocuments = (
  faces: readonly Face[],
  schema: GraphQLSchema,
): ReadonlyMap<string, MountedDocument> => {
  const made = new Map<string, Promise<string>>();
  const textOf = (base: string): Promise<string> => {
    const text = made.get(base) ?? createDocument(faces, base, schema).then(documentText);
    made.set(base, text);
    return text;
  };
  return new Map(
    [...new Set(faces.map(({ base }) => base))].map((base) => {
      const older = faces.some((face) => face.base === base && face.dialect.documentsAt === '');
      return [base, { places: [`${base}/api`, ...(older ? [base] : [])], text: () => textOf(base) }];
    }),
  );
};

export type Documents = ReturnType<typeof createDocuments>;
