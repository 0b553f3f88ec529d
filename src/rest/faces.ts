import { ConfigError } from '../config.ts';
import type { Dialect } from './dialect.ts';
import { native } from './dialects/native.ts';
import { system000 } from './dialects/system000.ts';
import { system001 } from './dialects/system001.ts';
import { system002 } from './dialects/system002.ts';
import { system003 } from './dialects/system003.ts';
import { system004 } from './dialects/system004.ts';

/** A REST face of the server: operations of one folder, in the form of one dialect, below a base path. */
export interface Face {
  /** Also its folder in operations/. */
  name: string;
  base: string;
  dialect: Dialect;
}

const dialects: Readonly<Record<string, Dialect>> = {
  native,
  system000,
  system001,
  system002,
  system003,
  system004,
};

/**
 * Reads REST_FACES: names, each with the base path that its own paths stand below, such as "system000,native,system002@/002". Where two faces
 * serve one path, the first answers.
 */
export const readFaces = (given: readonly string[]): Face[] =>
  given.map((text) => {
    const [name = '', base = ''] = text.split('@');
    const dialect = Object.hasOwn(dialects, name) ? dialects[name] : undefined;
    if (dialect === undefined)
      throw new ConfigError('REST_FACES', `"${name}" is no face; there are ${Object.keys(dialects).join(', ')}`);
    if (!/^(\/[\w.-]+)*$/.test(base)) throw new ConfigError('REST_FACES', `"${base}" is no base path`);
    return { name, base, dialect };
  });
