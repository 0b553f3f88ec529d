import { auditLine } from '../audit/line.ts';
import type { TransferKind } from '../database/generated/enums.ts';
import { type Failure, failure } from '../errors.ts';
import type { InFlight } from '../idempotency/in-flight.ts';
import { fingerprintOf, keyOf, type Once, once, refusedNow } from '../idempotency/once.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { parseDecimal, tenTo } from '../kernel/decimal.ts';
import type { Ids } from '../kernel/ids.ts';
import { checkKey } from '../kernel/key.ts';
import type { Lane } from '../lane/lane.ts';
import type { TransferRow } from '../lane/rows.ts';
import { limits } from '../limits.ts';
import type { AccountFinder } from './accounts.ts';
import { decideTransfer } from './decide-transfer.ts';
import { house } from './house.ts';
import { loanBalances, owedAsset } from './shortfall.ts';

export interface TransferInput {
  accountId?: string | null | undefined;
  /** Decimal text with at most two decimals: money comes and goes in cents, whatever the ledger's scale. */
  amount: string;
  idempotencyKey?: string | null | undefined;
}

export interface TransferDeps {
  lane: Lane;
  accounts: AccountFinder;
  inFlight: InFlight;
  ids: Ids;
  /** The scale at which the ledger keeps the currency. */
  scale: number;
}

const CURRENCY = 'USD';
const CENTS = 2;

const checkAmount = (text: string, scale: number): bigint | Failure => {
  const cents = parseDecimal(text, CENTS);
  if (cents === 'TOO_MANY_DECIMALS') return failure('INVALID_AMOUNT', 'amount has at most 2 decimals.', 'amount');
  if (cents === 'MALFORMED')
    return failure('INVALID_AMOUNT', 'amount must be a plain decimal such as "12.5".', 'amount');
  if (cents === 'TOO_LARGE' || cents > limits.money.transfer * tenTo(CENTS)) {
    return failure('INVALID_AMOUNT', `amount must not be above ${limits.money.transfer}.`, 'amount');
  }
  if (cents <= 0n) return failure('INVALID_AMOUNT', 'amount must be positive.', 'amount');
  return cents * tenTo(scale - CENTS);
};

const revive = (json: Record<string, string>): TransferRow =>
  ({ ...json, amount: BigInt(json.amount as string), createdAt: new Date(json.createdAt as string) }) as TransferRow;

/** `deposit` and `withdraw`: paper money in and out, at once. */
export const createTransfer =
  (deps: TransferDeps, kind: TransferKind) =>
  async (by: Actor & { userId: string }, input: TransferInput): Promise<Once<TransferRow>> => {
    const amount = checkAmount(input.amount, deps.scale);
    const badKey = checkKey(input.idempotencyKey, 'idempotencyKey', limits.text.idempotencyKey);
    const problems = [amount, badKey].filter((value) => typeof value === 'object') as Failure[];
    if (typeof amount !== 'bigint' || problems.length > 0) return refusedNow(...problems);
    const accountId = await deps.accounts.find(by.userId, input.accountId);
    if (accountId === undefined) return refusedNow(failure('NOT_FOUND', 'The account does not exist.', 'accountId'));
    const operation = kind === 'DEPOSIT' ? 'deposit' : 'withdraw';
    const key = keyOf(by.userId, operation, input.idempotencyKey, () => fingerprintOf(accountId, amount));
    const [id, auditId] = [deps.ids.next(), deps.ids.next()];
    const facts = { id, userId: by.userId, accountId, kind, asset: CURRENCY, scale: deps.scale, amount };
    return deps.inFlight(key, () =>
      deps.lane.run({
        needs: {
          accounts: kind === 'DEPOSIT' ? [house.world, house.cover, accountId] : [house.world, accountId],
          balances: [
            { accountId: house.world, asset: CURRENCY },
            { accountId, asset: CURRENCY },
            ...(kind === 'DEPOSIT' ? loanBalances(accountId, CURRENCY) : [{ accountId, asset: owedAsset(CURRENCY) }]),
          ],
          idempotency: key === undefined ? [] : [key],
        },
        decide: (books, at) =>
          once(books, at, key, revive, () => {
            const [entryId, repaymentId] = [deps.ids.next(), deps.ids.next()];
            const answer = decideTransfer(books, at, { ...facts, entryId, repaymentId });
            books.addAudit(auditLine(auditId, at, by, operation, answer.ok ? id : accountId, answer));
            return answer;
          }),
      }),
    );
  };
