import type { Database } from '../../database/database.ts';
import type { Prisma, Session } from '../../database/generated/client.ts';
import type { Viewer } from '../viewer/viewer.ts';

type Tx = Prisma.TransactionClient;

/** Why a session was ended before its time. */
export type SessionEnd =
  | 'LOGOUT'
  | 'PASSWORD_CHANGED'
  | 'SUSPENDED'
  | 'CLOSED'
  | 'REUSED'
  | 'TOO_MANY'
  | 'SECOND_FACTOR';

/** One prepared statement: every signed-in request runs it, and Prisma's findUnique costs twice as much. */
const viewerQuery = {
  name: 'viewer',
  text: `SELECT u.id, u.number, u.username, u.email, u.roles::text[] AS roles, u.created_at AS "createdAt",
                s.second_factor AS "secondFactor"
         FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE s.id = $1 AND s.user_id = $2 AND s.revoked_at IS NULL AND s.expires_at > $3 AND u.status = 'ACTIVE'`,
};

/** The viewer of an open session of an active user, and whether it was opened with a second factor. */
export const readViewer = async (
  { pool }: Database,
  { sessionId, userId, now }: { sessionId: string; userId: string; now: Date },
): Promise<{ viewer: Viewer; secondFactor: boolean } | undefined> => {
  const { rows } = await pool.query<Omit<Viewer, 'status' | 'sessionId'> & { secondFactor: boolean }>({
    ...viewerQuery,
    values: [sessionId, userId, now],
  });
  if (rows[0] === undefined) return undefined;
  const { secondFactor, ...user } = rows[0];
  return { viewer: { ...user, status: 'ACTIVE', sessionId }, secondFactor };
};

/** A session that has neither ended nor run out. */
export const findOpenSession = (
  tx: Tx,
  { now, ...session }: { id: string; userId: string; now: Date },
): Promise<Session | null> => tx.session.findFirst({ where: { ...session, revokedAt: null, expiresAt: { gt: now } } });

/** What is known of the open sessions that are left when a second factor comes or goes. */
export const markSessions = async (tx: Tx, userId: string, secondFactor: boolean): Promise<void> => {
  await tx.session.updateMany({ where: { userId, revokedAt: null }, data: { secondFactor } });
};

/** When somebody signed in to open a session of theirs that is still open. */
export const findSessionStart = async (
  prisma: Pick<Tx, 'session'>,
  session: { id: string; userId: string },
): Promise<Date | undefined> => {
  const found = await prisma.session.findFirst({ where: { ...session, revokedAt: null }, select: { createdAt: true } });
  return found?.createdAt;
};

export interface NewSession {
  id: string;
  userId: string;
  tokenHash: Uint8Array<ArrayBuffer>;
  createdAt: Date;
  expiresAt: Date;
  secondFactor: boolean;
}

/**
 * Adds a session, so that at most `most` are open; the oldest make room. The caller holds the user's lock. Rows of
 * sessions that have ended are of no more use and go, or they would grow with every sign-in.
 */
export const insertSession = async (tx: Tx, session: NewSession, most: number): Promise<void> => {
  const { userId, createdAt: now } = session;
  await tx.session.deleteMany({ where: { userId, OR: [{ revokedAt: { not: null } }, { expiresAt: { lte: now } }] } });
  const surplus = await tx.session.findMany({
    where: { userId },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    skip: most - 1,
    select: { id: true },
  });
  if (surplus.length > 0) {
    const reason: SessionEnd = 'TOO_MANY';
    await tx.session.updateMany({
      where: { id: { in: surplus.map(({ id }) => id) } },
      data: { revokedAt: now, revokedReason: reason },
    });
  }
  await tx.session.create({ data: { ...session, rotatedAt: now } });
};

/** The session and its user under the session's lock; rotations of one session come one after the other. */
export const lockSession = async (tx: Tx, id: string) => {
  await tx.$queryRaw`SELECT 1 FROM sessions WHERE id = ${id}::uuid FOR UPDATE`;
  return tx.session.findUnique({ where: { id }, include: { user: true } });
};

export const rotateSession = async (
  tx: Tx,
  session: Session,
  { tokenHash, now, expiresAt }: { tokenHash: Uint8Array<ArrayBuffer>; now: Date; expiresAt: Date },
): Promise<void> => {
  await tx.session.update({
    where: { id: session.id },
    data: { generation: session.generation + 1, tokenHash, rotatedAt: now, expiresAt },
  });
};

/** Ends one session, or a user's, all of them or all but one. Those that have ended already keep their reason. */
export const endSessions = async (
  tx: Tx,
  which: { id: string } | { userId: string; id?: { not: string } },
  { now, reason }: { now: Date; reason: SessionEnd },
): Promise<void> => {
  await tx.session.updateMany({
    where: { ...which, revokedAt: null },
    data: { revokedAt: now, revokedReason: reason },
  });
};
