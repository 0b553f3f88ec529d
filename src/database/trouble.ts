import { RefusedError } from '../errors.ts';
import { Prisma } from './generated/client.ts';

/** A deadlock or a serialization failure: Postgres undid the transaction and asks for another try. */
const LOST = new Set(['40P01', '40001']);
/** A lock or a statement took longer than it may, or no connection is left; Prisma's own: no connection became free, or the whole took too long. */
const BUSY = new Set(['55P03', '57014', '53300', 'P2024', 'P2028', 'P2037']);
/** It is being stopped or started, cannot be reached, or the connection was lost. */
const AWAY = new Set([
  ...['57P01', '57P02', '57P03', '08000', '08001', '08003', '08004', '08006'],
  // The process stood still in a transaction for too long, and the connection was ended.
  '25P03',
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'],
  ...['P1001', 'P1002', 'P1008', 'P1017'],
  // What Prisma's adapter calls the loss of a socket. Of a raw statement it tells nothing else: no code but P2010, whatever went wrong.
  ...['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout'],
]);

/* `pg` and its pool give these no code. */
const busyText = /^timeout exceeded when trying to connect$/;
const awayText = /^Connection terminated|^Client has encountered a connection error|^Client was closed/;

/** The codes of an error of the database: its SQLSTATE or what the adapter made of it, and Prisma's own around it. */
const codesOf = (error: unknown): string[] => {
  if (!(error instanceof Error)) return [];
  const { code } = error as { code?: unknown };
  const own = typeof code === 'string' ? [code] : [];
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return own;
  const adapter = error.meta?.driverAdapterError as { cause?: { originalCode?: string; kind?: string } } | undefined;
  const { originalCode = '', kind = '' } = adapter?.cause ?? {};
  return [...own, originalCode, kind];
};

const isOf = (error: unknown, codes: ReadonlySet<string>, text: RegExp): boolean =>
  codesOf(error).some((code) => codes.has(code)) || (error instanceof Error && text.test(error.message));

export const isLost = (error: unknown): boolean => codesOf(error).some((code) => LOST.has(code));

export const isBusy = (error: unknown): boolean => isOf(error, BUSY, busyText);

export const overloaded = (): RefusedError =>
  new RefusedError('OVERLOADED', 'The database is too busy; try again shortly.', 1);

/**
 * What a client is told of an error of the database that is no bug: too much is asked of it, or it is away. Undefined for any other
 * error. Whether something was done is not told: a connection may be lost after a commit.
 */
export const troubleOf = (error: unknown): RefusedError | undefined => {
  if (isBusy(error) || isLost(error)) return overloaded();
  if (!isOf(error, AWAY, awayText)) return undefined;
  const details = { dependency: 'database' };
  return new RefusedError('DEPENDENCY_UNAVAILABLE', 'The database does not answer; try again shortly.', 1, details);
};
