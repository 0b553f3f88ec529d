import { loadConfig } from '../../src/config.ts';
import { type Face, readFaces } from '../../src/rest/faces.ts';

/** The faces as they are mounted where REST_FACES is not set. */
export const defaultFaces: readonly Face[] = readFaces(loadConfig({ DATA_DIR: 'data' }).restFaces);

const openApiFile = (base: string): string =>
  base === '' ? 'openapi.json' : `docs/openapi/${base.slice(1).replaceAll('/', '-')}.json`;

/** The base paths of the mounts, with the files in which their documents are committed. */
export const mounts: readonly { base: string; file: string }[] = [...new Set(defaultFaces.map(({ base }) => base))].map(
  (base) => ({ base, file: openApiFile(base) }),
);
