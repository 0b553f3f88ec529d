import { type Failure, failure } from '../errors.ts';
import { isUuid } from '../kernel/ids.ts';
import type { OrderRow } from '../lane/rows.ts';
import type { AccountFinder } from '../ledger/accounts.ts';
import { noSuchOrder, type OwnOrder } from './own-order.ts';
import type { OrderStore } from './store.ts';

/** How a client names one of its orders. */
export interface OrderName {
  id?: string | null | undefined;
  clientOrderId?: string | null | undefined;
  accountId?: string | null | undefined;
}

/** The account and the name of the order that a command means; whether there is such an order is asked under the lock. */
export const findOwn = async (
  accounts: AccountFinder,
  userId: string,
  name: OrderName,
): Promise<OwnOrder | Failure> => {
  if ((name.id == null) === (name.clientOrderId == null)) {
    return failure('INVALID_INPUT', 'Give either id or clientOrderId.', 'id');
  }
  const orderId = name.id?.toLowerCase() ?? null;
  const accountId = await accounts.find(userId, name.accountId);
  if (accountId === undefined) return failure('NOT_FOUND', 'The order does not exist.', 'accountId');
  const own = { accountId, orderId, clientOrderId: name.clientOrderId ?? null };
  return orderId !== null && !isUuid(orderId) ? noSuchOrder(own) : own;
};

/** The order as it is now. Only for what it never changes, such as its instrument: its state is read again under the lock. */
export const seeOwn = (
  store: Pick<OrderStore, 'byId' | 'byClientOrderId'>,
  userId: string,
  { accountId, orderId, clientOrderId }: OwnOrder,
): Promise<OrderRow | undefined> =>
  orderId === null
    ? store.byClientOrderId(userId, [accountId], clientOrderId ?? '')
    : store.byId(userId, [accountId], orderId);
