import type { Prisma } from '../database/generated/client.ts';
import { failure } from '../errors.ts';
import { type IdempotencyKey, type Once, refusedNow } from './once.ts';

/**
 * `once` for a command that is written outside of the lane: keeps the answer in the command's own transaction, or finds the one that
 * was kept. A repeat that is under way at the same time is waited for.
 */
export const keepOnce = async <Value extends object>(
  tx: Prisma.TransactionClient,
  at: Date,
  key: IdempotencyKey | undefined,
  value: Value,
  revive: (json: never) => Value,
): Promise<Once<Value>> => {
  if (key === undefined) return { ok: true, value, replayed: false };
  const { fingerprint, ...name } = key;
  const answer = JSON.parse(JSON.stringify({ ok: true, value })) as Prisma.InputJsonObject;
  const row = { ...name, fingerprint: Buffer.from(fingerprint, 'hex'), answer, createdAt: at };
  const { count } = await tx.idempotencyKey.createMany({ data: [row], skipDuplicates: true });
  if (count === 1) return { ok: true, value, replayed: false };
  const kept = await tx.idempotencyKey.findUniqueOrThrow({ where: { viewerId_operation_key: name } });
  if (Buffer.from(kept.fingerprint).toString('hex') !== fingerprint) {
    const message = 'The key was used before with another input.';
    return refusedNow(failure('IDEMPOTENCY_KEY_REUSED', message, 'idempotencyKey'));
  }
  return { ok: true, value: revive((kept.answer as { value: never }).value), replayed: true };
};
