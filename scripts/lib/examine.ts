import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@redis/client';
import type { Config } from '../../src/config.ts';
import { runningUrl } from '../../src/database/embedded/cluster.ts';
import { inspectDatabase } from '../../src/database/migrate.ts';
import { portsOf, readFaces } from '../../src/rest/faces.ts';

/** A finding about the machine, in the words of an operator. `advice` is no reason to refuse. */
export type Finding = { grade: 'ok' | 'advice' | 'wrong'; about: string; text: string };

const REDIS_WAIT_ms = 1_000;

const database = async ({ databaseUrl, dataDir }: Config): Promise<Finding> => {
  const about = 'database';
  const url = databaseUrl ?? runningUrl(dataDir, 'bourse');
  if (url === undefined) {
    const state = existsSync(dataDir) ? 'starts with the server' : 'will be made at the first start';
    return { grade: 'ok', about, text: `the embedded one under ${dataDir}, which ${state}` };
  }
  try {
    const { version, pending } = await inspectDatabase(url);
    const todo = pending.length === 0 ? 'up to date' : `the next start applies ${pending.join(', ')}`;
    return { grade: 'ok', about, text: `PostgreSQL ${version}; ${todo}` };
  } catch (error) {
    return { grade: 'wrong', about, text: (error as Error).message };
  }
};

const redis = async ({ redisUrl, production }: Config): Promise<Finding> => {
  const about = 'redis';
  if (redisUrl === undefined) return { grade: 'ok', about, text: 'none: REDIS_URL is not set' };
  const client = createClient({
    url: redisUrl,
    disableOfflineQueue: true,
    socket: { connectTimeout: REDIS_WAIT_ms, reconnectStrategy: false },
  });
  client.on('error', () => {});
  try {
    const reached = client.connect().then(() => client.ping());
    const answer = await Promise.race([reached, sleep(REDIS_WAIT_ms, 'no answer', { ref: false })]);
    if (answer !== 'PONG') throw new Error(answer);
    if (production && redisUrl.startsWith('redis:') && !/@/.test(redisUrl))
      return { grade: 'advice', about, text: 'answers, without a password: whoever reaches it resets the limits' };
    return { grade: 'ok', about, text: 'answers' };
  } catch (error) {
    return { grade: 'advice', about, text: `cannot be reached (${(error as Error).message})` };
  } finally {
    client.destroy();
  }
};

const port = async (about: string, host: string, number: number): Promise<Finding> => {
  const server = createServer();
  try {
    await Promise.race([
      once(server.listen(number, host), 'listening'),
      once(server, 'error').then(([error]) => Promise.reject(error)),
    ]);
    return { grade: 'ok', about, text: `${host}:${number} is free` };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      return {
        grade: 'advice',
        about,
        text: `${host}:${number} is taken, by a server that runs or by another program`,
      };
    return { grade: 'wrong', about, text: `${host}:${number} cannot be listened on (${code})` };
  } finally {
    server.close();
  }
};

/** The server's port, and those that faces have to themselves. */
const ports = async ({ host, port: number, restFaces }: Config): Promise<Finding[]> => {
  const own = await port('port', host, number);
  try {
    const others = portsOf(readFaces(restFaces)).filter((other) => other !== number);
    return [own, ...(await Promise.all(others.map((other) => port('REST_FACES', host, other))))];
  } catch (error) {
    return [
      own,
      { grade: 'wrong', about: 'REST_FACES', text: (error as Error).message.replace(/^REST_FACES:? ?/, '') },
    ];
  }
};

const advice = ({
  production,
  host,
  publicUrl,
  allowedOrigins,
  audit,
  mail,
  breachedPasswordsUrl,
  secondFactor,
}: Config): Finding[] => {
  const given: [boolean, string, string][] = [
    [
      !production && host !== '127.0.0.1' && host !== 'localhost',
      'HOST',
      `${host} lets others reach a server with development settings`,
    ],
    [
      production && publicUrl === undefined,
      'PUBLIC_URL',
      'is not set: the start cannot tell whether clients come over https',
    ],
    [
      production && allowedOrigins.length === 0,
      'ALLOWED_ORIGINS',
      'is empty: no browser application of another origin can call',
    ],
    [
      production && !audit.seals,
      'AUDIT_SEALS',
      'is false: nothing seals the audit log outside of the database, so whoever rules the database can change it unseen',
    ],
    [
      production && secondFactor.rule === 'optional',
      'SECOND_FACTOR',
      'is optional: a stolen password of an administrator is enough; staff and everyone ask for a second factor',
    ],
    [
      production && breachedPasswordsUrl === undefined,
      'BREACHED_PASSWORDS_URL',
      'is not set: new passwords are held against the list of common ones only, not against those seen in breaches',
    ],
    [mail.way === 'NONE', 'SMTP_URL', 'is not set: no mail is sent, so nobody can reset a forgotten password'],
  ];
  return given.flatMap(([applies, about, text]) => (applies ? [{ grade: 'advice', about, text }] : []));
};

/** What the settings meet on this machine. Changes nothing. */
export const examine = async (config: Config): Promise<Finding[]> => [
  { grade: 'ok', about: 'node', text: process.versions.node },
  ...(await Promise.all([database(config), redis(config), ports(config)])).flat(),
  ...advice(config),
];
