import type { Database } from '../database/database.ts';
import type { Prisma } from '../database/generated/client.ts';
import type { MailKind } from '../database/generated/enums.ts';
import { RefusedError } from '../errors.ts';
import { limits } from '../limits.ts';

type Tx = Prisma.TransactionClient;

/** A mail that a process has taken to send. */
export interface TakenMail {
  id: string;
  kind: MailKind;
  userId: string | null;
  emailKey: string | null;
  recipient: string | null;
  requestId: string;
  createdAt: Date;
  attempts: number;
}

type NoticeKind = Exclude<MailKind, 'PASSWORD_RESET'>;

export type NewMail = { id: string; requestId: string; createdAt: Date } & (
  | { kind: 'PASSWORD_RESET'; emailKey: string }
  | { kind: 'PASSWORD_RESET'; userId: string }
  | { kind: NoticeKind; userId: string; recipient: string }
);

/** One more to send, once what it tells of is committed. Of those for one address, one waits: answers whether it is this one. */
export const queueMail = async (tx: Tx, mail: NewMail): Promise<boolean> =>
  (await tx.mail.createMany({ data: [{ ...mail, dueAt: mail.createdAt }], skipDuplicates: true })).count > 0;

/** The caller holds the user's lock, so that none comes to be meanwhile. */
export const isNoticeWaiting = async (tx: Tx, userId: string, kind: NoticeKind): Promise<boolean> =>
  (await tx.mail.findFirst({ where: { userId, kind }, select: { id: true } })) !== null;

/** For what strangers ask for, and counts nothing else. Full is full for everybody, whoever is asked for. */
export const refuseFullQueue = async (tx: Tx): Promise<void> => {
  const beyond = await tx.mail.findFirst({
    where: { emailKey: { not: null } },
    skip: limits.mail.waiting,
    select: { id: true },
  });
  if (beyond !== null) throw new RefusedError('OVERLOADED', 'Too much mail waits to be sent; try again later.', 60);
};

/** What was to be sent to a user who goes. */
export const forgetMail = async (tx: Tx, user: { id: string; emailKey: string }): Promise<void> => {
  await tx.mail.deleteMany({ where: { OR: [{ userId: user.id }, { emailKey: user.emailKey }] } });
};

const take = {
  name: 'take_mail',
  text: `UPDATE mails SET due_at = $2, attempts = attempts + 1
         WHERE id IN (SELECT id FROM mails WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
         RETURNING id, kind, user_id AS "userId", email_key AS "emailKey", recipient, request_id AS "requestId",
                   created_at AS "createdAt", attempts`,
};

/** The queue as its sender uses it, each step by itself. */
export const createMailStore = ({ pool, prisma }: Pick<Database, 'pool' | 'prisma'>) => ({
  /** Due mail, which no other process takes before `until`. */
  take: async (now: Date, until: Date, most: number): Promise<TakenMail[]> =>
    (await pool.query<TakenMail>({ ...take, values: [now, until, most] })).rows,
  remove: async (id: string): Promise<void> => {
    await prisma.mail.deleteMany({ where: { id } });
  },
  postpone: async (id: string, dueAt: Date): Promise<void> => {
    await prisma.mail.updateMany({ where: { id }, data: { dueAt } });
  },
  /** Answers how many were given up. */
  dropOlder: async (than: Date): Promise<number> =>
    (await prisma.mail.deleteMany({ where: { createdAt: { lt: than } } })).count,
});

export type MailStore = ReturnType<typeof createMailStore>;
