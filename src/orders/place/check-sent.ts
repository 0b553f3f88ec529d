import { type Failure, failure } from '../../errors.ts';
import { type IdempotencyKey, keyOf } from '../../idempotency/once.ts';
import { checkKey } from '../../kernel/key.ts';
import { limits } from '../../limits.ts';
import type { Instrument } from '../../market/instrument.ts';
import { fingerprintOfOrders } from '../fingerprint-sent.ts';
import type { NewOrder, PlaceOrderInput } from '../input.ts';
import type { OrderDeps } from '../orders.ts';
import { checkOrder } from './check-order.ts';

/** An order as it was sent, checked as far as that goes without the account's rows. */
export interface Sent {
  key: IdempotencyKey | undefined;
  /** The accounts that its decision locks, and where there is none, all of those that the first of a repeat may have locked. */
  accounts: readonly string[];
  /** What it is, where it can be read. */
  read: { order: NewOrder; instrument: Instrument } | undefined;
  /** Why it is not placed: unless it is the repeat of one that was placed before these reasons were there. */
  failures: readonly Failure[];
}

/** Whether it may be a repeat: only then an order that has failures needs its turn in the lane. */
export const mayRepeat = ({ key, read }: Sent): boolean => key !== undefined || read?.order.clientOrderId != null;

/** The names that it may have been placed under. */
export const namesOf = ({ read }: Sent): { accountId: string; clientOrderId: string }[] => {
  const { accountId, clientOrderId } = read?.order ?? {};
  return accountId === undefined || clientOrderId == null ? [] : [{ accountId, clientOrderId }];
};

export const createCheckSent = ({ market, accounts }: Pick<OrderDeps, 'market' | 'accounts'>) => {
  const check = (input: PlaceOrderInput, accountId: string | undefined): Pick<Sent, 'read' | 'failures'> => {
    const no = (problem: Failure) => ({ read: undefined, failures: [problem] });
    const instrument = market.find(input.symbol);
    if (instrument === undefined) return no(failure('UNKNOWN_SYMBOL', 'No instrument has this symbol.', 'symbol'));
    if (accountId === undefined) return no(failure('NOT_FOUND', 'The account does not exist.', 'accountId'));
    const { order, failures } = checkOrder(input, accountId, instrument);
    return { read: order && { order, instrument }, failures };
  };
  return async (userId: string, input: PlaceOrderInput): Promise<Sent> => {
    const accountId = await accounts.find(userId, input.accountId);
    const { idempotencyKey } = input;
    const isKey = checkKey(idempotencyKey, 'idempotencyKey', limits.text.idempotencyKey) === undefined;
    return {
      ...check(input, accountId),
      key: isKey ? keyOf(userId, 'placeOrder', idempotencyKey, () => fingerprintOfOrders([input])) : undefined,
      accounts: accountId === undefined ? await accounts.idsOf(userId) : [accountId],
    };
  };
};
