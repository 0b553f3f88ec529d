import { failure } from '../../errors.ts';
import { type IdempotencyKey, keyOf, once } from '../../idempotency/once.ts';
import type { Actor } from '../../identity/viewer/viewer.ts';
import { MAX_UNITS } from '../../kernel/decimal.ts';
import type { Ids } from '../../kernel/ids.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';
import { createBooks } from '../../lane/books.ts';
import type { Loaded, Needs, OrderRow, PostingRow } from '../../lane/rows.ts';
import type { Foreseen, Report, VenueFill } from '../../venues/venue.ts';
import type { NewOrder, PlaceOrderInput } from '../input.ts';
import type { OrderDeps } from '../orders.ts';
import { decideSettle } from '../settle/decide-settle.ts';
import { settleNeeds } from '../settle/settle-needs.ts';
import { venueOrderOf } from '../venue/venue-order.ts';
import { reviveOrder } from '../view.ts';
import { checkOrder } from './check-order.ts';
import { decidePlace } from './decide-place.ts';

/** What an order would do if it were placed now and nothing came in between. */
export interface Preview {
  /** The order as it would stand after what its venue does with it at once. */
  order: OrderRow;
  /** What would be held back when it is accepted, before any fill; nothing by a repeat. */
  hold: bigint;
  fills: readonly VenueFill[];
  /** The account's own journal lines of those fills. */
  lines: PostingRow[];
  /** Cash available after all that. */
  buyingPower: bigint;
}

export interface PreviewDeps
  extends Pick<
    OrderDeps,
    'accounts' | 'market' | 'instrumentOf' | 'rates' | 'clock' | 'ids' | 'switches' | 'hours' | 'venue'
  > {
  peek(needs: Needs): Promise<Loaded>;
}

const reportOf = (order: OrderRow, foreseen: Foreseen, ids: Ids): Report =>
  foreseen.kind !== 'TRADE'
    ? foreseen
    : {
        ...foreseen,
        tradeId: ids.next(),
        symbol: order.symbol,
        takerSide: order.side,
        taker: { orderId: order.id, accountId: order.accountId },
        maker: null,
      };

const noNeeds: Needs = {
  accounts: [],
  balances: [],
  positions: [],
  lots: [],
  consumedLots: [],
  lotIds: [],
  orders: [],
  clientOrders: [],
  idempotency: [],
  executions: [],
  reversals: [],
};

/** The rows that placing the order and filling it would touch, whichever makers it meets. */
const previewNeeds = (order: NewOrder, id: string, key: IdempotencyKey | undefined, deps: PreviewDeps): Needs => {
  const { accountId, symbol, side, qty, clientOrderId } = order;
  const taker = { orderId: id, accountId };
  const fill = {
    kind: 'TRADE',
    tradeId: id,
    symbol,
    price: 1n,
    qty: qty ?? MAX_UNITS,
    takerSide: side,
    taker,
    maker: null,
  } as const;
  const clientOrders = clientOrderId === null ? [] : [{ accountId, clientOrderId }];
  return {
    ...noNeeds,
    ...settleNeeds([fill], deps.instrumentOf),
    orders: [],
    clientOrders,
    idempotency: key === undefined ? [] : [key],
  };
};

/** `previewOrder`: runs the very decisions of `placeOrder` and of settlement on rows that are thrown away. */
export const createPreviewOrder =
  (deps: PreviewDeps) =>
  async (by: Actor & { userId: string }, input: PlaceOrderInput): Promise<Result<Preview>> => {
    const instrument = deps.market.find(input.symbol);
    if (instrument === undefined) return refused(failure('UNKNOWN_SYMBOL', 'No instrument has this symbol.', 'symbol'));
    const accountId = await deps.accounts.find(by.userId, input.accountId);
    if (accountId === undefined) return refused(failure('NOT_FOUND', 'The account does not exist.', 'accountId'));
    const order = checkOrder(input, accountId, instrument);
    if ('failures' in order) return refused(...order.failures);
    const id = deps.ids.next();
    const key = keyOf(by.userId, 'placeOrder', input.idempotencyKey, order.fingerprint);
    const needs = previewNeeds(order, id, key, deps);
    const books = createBooks(await deps.peek(needs), needs);
    const at = deps.clock.now();
    const quote = deps.venue.quote(order.symbol);
    const shared = { rates: deps.rates, switches: deps.switches(), hours: deps.hours() };
    const facts = { order, userId: by.userId, id, instrument, quote, ...shared };
    const placed = once(books, at, key, reviveOrder, () => decidePlace(books, at, facts));
    if (!placed.ok) return refused(...placed.failures);
    // A repeated clientOrderId, or key: the order is there already and nothing more would happen. Nor would it before its session.
    const isNew = placed.value.id === id;
    const isTold = isNew && placed.value.status === 'PENDING_NEW';
    const foreseen = isTold ? deps.venue.preview(venueOrderOf(placed.value, deps.rates)) : [];
    const reports = foreseen.map((report) => reportOf(placed.value, report, deps.ids));
    decideSettle(books, at, reports, {
      instrumentOf: deps.instrumentOf,
      rates: deps.rates,
      hours: deps.hours,
      ids: deps.ids,
    });
    const cash = books.balance(accountId, instrument.quoteAsset);
    return ok({
      order: { ...(books.order(id) ?? placed.value) },
      hold: isNew ? placed.value.reserve : 0n,
      fills: foreseen.filter(({ kind }) => kind === 'TRADE') as VenueFill[],
      lines: books.changes().postings.filter((posting) => posting.accountId === accountId),
      buyingPower: cash.posted - cash.held,
    });
  };
