import { type Failure, failure } from '../errors.ts';
import { isUuid } from '../kernel/ids.ts';
import type { OrderRow } from '../lane/rows.ts';
import type { AccountFinder } from '../ledger/accounts.ts';
import type { Instrument } from '../market/instrument.ts';
import type { OrderStore } from './store.ts';

/** How a client names one of its orders. */
export interface OrderName {
  id?: string | null | undefined;
  clientOrderId?: string | null | undefined;
  accountId?: string | null | undefined;
}

export interface OwnOrder {
  accountId: string;
  orderId: string | null;
  clientOrderId: string | null;
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
  if (orderId !== null && !isUuid(orderId)) return failure('NOT_FOUND', 'The order does not exist.', 'id');
  return { accountId, orderId, clientOrderId: name.clientOrderId ?? null };
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

/** Says that there is no such order, or that it belongs to somebody else. */
export const noSuchOrder = ({ orderId }: OwnOrder): Failure =>
  failure('NOT_FOUND', 'The order does not exist.', orderId === null ? 'clientOrderId' : 'id');

/** The rows that a command on one order reads. */
export const ownOrderNeeds = (
  { accountId, orderId, clientOrderId }: OwnOrder,
  { baseAsset, quoteAsset }: Instrument,
) => ({
  accounts: [accountId],
  // Both: what becomes of the others of its list may need the other side's.
  balances: [baseAsset, quoteAsset].map((asset) => ({ accountId, asset })),
  orders: orderId === null ? [] : [orderId],
  clientOrders: clientOrderId === null ? [] : [{ accountId, clientOrderId }],
});
