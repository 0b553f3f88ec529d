import type { GraphQLSchema } from 'graphql';
import type { Face } from '../faces.ts';
import { createDocument, documentText } from './document.ts';

export interface MountedDocument {
  site: string;
  base: string;
  /** What stands before the names of the document and of its pages. */
  places: readonly string[];
  /** Made when it is first asked for, then kept. */
  text(): Promise<string>;
}

/** The document of each place where there are faces. */
export const createDocuments = (faces: readonly Face[], schema: GraphQLSchema): MountedDocument[] => {
  const mounts = Map.groupBy(faces, ({ site, base }) => `${site}${base}`);
  return [...mounts.values()].map((here) => {
    const { site, base } = here[0] as Face;
    const older = here.some(({ dialect }) => dialect.documentsAt === '');
    let made: Promise<string> | undefined;
    return {
      site,
      base,
      places: [`${base}/api`, ...(older ? [base] : [])],
      text: () => {
        made ??= createDocument(here, base, schema).then(documentText);
        return made;
      },
    };
  });
};
