import { type Failure, failure } from '../errors.ts';
import type { Books } from '../lane/books.ts';
import type { OrderRow } from '../lane/rows.ts';
import type { Instrument } from '../market/instrument.ts';

/** An order as a customer named it, with the account that it is to be of. */
export interface OwnOrder {
  accountId: string;
  orderId: string | null;
  clientOrderId: string | null;
}

/** Says that there is no such order, or that it belongs to somebody else. */
export const noSuchOrder = ({ orderId }: OwnOrder): Failure =>
  failure('NOT_FOUND', 'The order does not exist.', orderId === null ? 'clientOrderId' : 'id');

/** The order under its account's lock, where it still is the customer's own. */
export const ownOrder = (books: Books, { userId, ...own }: OwnOrder & { userId: string }): OrderRow | Failure => {
  const { accountId, orderId, clientOrderId } = own;
  const order = orderId === null ? books.orderOf(accountId, clientOrderId ?? '') : books.order(orderId);
  const isOwn = order?.accountId === accountId && books.account(accountId)?.userId === userId;
  return isOwn ? order : noSuchOrder(own);
};

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
