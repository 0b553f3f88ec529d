import { once } from '../../idempotency/once.ts';
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
import { createCheckSent, mayRepeat, namesOf, type Sent } from './check-sent.ts';
import { decideSent } from './decide-place.ts';
import { factsOf } from './place.ts';

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
const previewNeeds = (sent: Sent, { accountId, symbol, side, qty }: NewOrder, id: string, deps: PreviewDeps): Needs => {
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
  return {
    ...noNeeds,
    ...settleNeeds([fill], deps.instrumentOf),
    orders: [],
    clientOrders: namesOf(sent),
    idempotency: sent.key === undefined ? [] : [sent.key],
  };
};

/** `previewOrder`: runs the very decisions of `placeOrder` and of settlement on rows that are thrown away. */
export const createPreviewOrder = (deps: PreviewDeps) => {
  const check = createCheckSent(deps);
  return async (by: Actor & { userId: string }, input: PlaceOrderInput): Promise<Result<Preview>> => {
    const sent = await check(by.userId, input);
    const { key, read, failures } = sent;
    if (read === undefined || (failures.length > 0 && !mayRepeat(sent))) return refused(...failures);
    const { order, instrument } = read;
    const id = deps.ids.next();
    const needs = previewNeeds(sent, order, id, deps);
    const books = createBooks(await deps.peek(needs), needs);
    const at = deps.clock.now();
    const facts = factsOf(deps, read, { userId: by.userId, id });
    const placed = once(books, at, key, reviveOrder, () => decideSent(books, at, facts, failures));
    if (!placed.ok) return refused(...placed.failures);
    // A repeated clientOrderId, or key: the order is there already and nothing more would happen. Nor would it before its session.
    const isNew = placed.value.id === id;
    const isTold = isNew && placed.value.status === 'PENDING_NEW';
    const foreseen = isTold ? await deps.venue.preview(venueOrderOf(placed.value, deps.rates)) : [];
    const reports = foreseen.map((report) => reportOf(placed.value, report, deps.ids));
    decideSettle(books, at, reports, {
      instrumentOf: deps.instrumentOf,
      rates: deps.rates,
      hours: deps.hours,
      ids: deps.ids,
    });
    const cash = books.balance(order.accountId, instrument.quoteAsset);
    return ok({
      order: { ...(books.order(id) ?? placed.value) },
      hold: isNew ? placed.value.reserve : 0n,
      fills: foreseen.filter(({ kind }) => kind === 'TRADE') as VenueFill[],
      lines: books.changes().postings.filter((posting) => posting.accountId === order.accountId),
      buyingPower: cash.posted - cash.held,
    });
  };
};
