import type { IncomingMessage } from 'node:http';
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
  /** What it has to itself: a port (":8003"), a name of the server ("api.example.com"), or '' for nothing but its base. */
  site: string;
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

/** A port or a host, then a base path; each may be absent. */
const place = /^(:\d{1,5}|[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*)?((?:\/[\w.-]+)*)$/;

const MAX_PORT = 65_535;

/**
 * Reads REST_FACES: names, each with the place where it is mounted, such as "system000,native,system002@/002,system003@:8003,system001@api.example.com".
 * Where two faces of one place serve one path, the first answers.
 */
export const readFaces = (given: readonly string[]): Face[] =>
  given.map((text) => {
    const [name = '', at = '', ...more] = text.split('@');
    const dialect = Object.hasOwn(dialects, name) ? dialects[name] : undefined;
    if (dialect === undefined)
      throw new ConfigError('REST_FACES', `"${name}" is no face; there are ${Object.keys(dialects).join(', ')}`);
    const [whole, site = '', base = ''] = place.exec(at.replace(/^[^/]*/, (host) => host.toLowerCase())) ?? [];
    const port = site.startsWith(':') ? Number(site.slice(1)) : 1;
    if (whole === undefined || more.length > 0 || port < 1 || port > MAX_PORT)
      throw new ConfigError('REST_FACES', `"${text.slice(name.length + 1)}" is no base path, port or host`);
    return { name, site, base, dialect };
  });

/** The ports that faces have to themselves, beside the server's own. */
export const portsOf = (faces: readonly Face[]): number[] => [
  ...new Set(faces.flatMap(({ site }) => (site.startsWith(':') ? [Number(site.slice(1))] : []))),
];

/** Tells by its port, else by its Host header, to whose faces a request goes; the header decides nothing else. */
export const createSiteOf = (faces: readonly Face[]): ((request: IncomingMessage) => string) => {
  const sites = new Set(faces.map(({ site }) => site).filter((site) => site !== ''));
  if (sites.size === 0) return () => '';
  return ({ socket, headers }) => {
    const port = `:${socket.localPort}`;
    const host = (headers.host ?? '').replace(/:\d*$/, '').toLowerCase();
    return [port, host].find((site) => sites.has(site)) ?? '';
  };
};

/** Of the faces at a site, those below whose base a path stands; a base that fits leaves the faces without one out. */
export const facesOf = <Mounted extends Pick<Face, 'site' | 'base'>>(
  faces: readonly Mounted[],
  site: string,
  path: string,
): Mounted[] => {
  const here = faces.filter((face) => face.site === site);
  const below = here.filter(({ base }) => base !== '' && path.startsWith(`${base}/`));
  return below.length > 0 ? below : here.filter(({ base }) => base === '');
};
