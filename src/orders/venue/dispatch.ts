import type { OrderStatus } from '../../database/generated/enums.ts';
import type { OrderRow } from '../../lane/rows.ts';
import type { Foreseen, Report, Venue, VenueOrder } from '../../venues/venue.ts';

/**
 * The way of orders to the venue, which runs in one process at a time while every process accepts orders. Where it runs,
 * it is told at once. Where it does not, the process that runs it is woken, and finds in the database what nobody has
 * told the venue yet. What goes wrong, and why nothing is lost or done twice:
 *
 * - A wake is lost, or its sender dies between commit and wake: the venue's process looks again every second by itself.
 * - A look meets an order that this process told the venue itself and whose report is not booked yet, so its row still
 *   says PENDING: the memory below has it until the report is booked. Looks, commits and bookings take turns in the
 *   lane, so the memory and the rows are of one moment.
 * - A cancel is accepted before anybody has told the venue of its order: the order is told first, then the cancel. The
 *   venue ignores an order that it has had. One that would not is told the cancel alone, refuses it, and reconciliation
 *   finds out.
 * - An answer to an earlier replacement comes again while another one is asked for: it is not taken for its answer.
 * - The venue says at a replacement that it does not know the order, which may be on its way: the order is PENDING_NEW again, of
 *   unknown outcome, and only a venue that knows repeated orders is told it once more.
 * - A cancel is refused by the venue and asked for again, elsewhere: the booked refusal took the first one out of the
 *   memory, so the second is told.
 * - The lease moves on while orders are told: the new process rebuilds its books from the database under its own lane,
 *   and starts with an empty memory. What the old one still books is a fill that the new one has not seen; a fill of
 *   more than an order leaves is refused by the books, and the venue's view is then made again.
 */
export interface Dispatch extends Pick<Venue, 'idempotent' | 'submit' | 'cancel' | 'replace' | 'quote'> {
  /** What the venue foresees, wherever it runs; refused when that cannot be known now. */
  preview(order: VenueOrder): Promise<readonly Foreseen[]>;
  isHere(): boolean;
  /** The venue runs here from now on, told of nothing yet. */
  take(): void;
  /** A process before this one may have told the venue of these orders: whether it did, only the venue can say. */
  assumeTold(orders: readonly OrderRow[]): void;
  /** It does not run here any more. */
  leave(): void;
  /** Tells the venue nothing of this order any more, as long as the process lives. */
  leaveOut(orderId: string): void;
  isLeftOut(orderId: string): boolean;
  /** Whether the venue was asked this of the order and the answer is not booked yet. */
  isTold(what: Ask, asked: Asked): boolean;
  /** The reports are booked: what they answer is not waited for any more. */
  booked(reports: readonly Report[]): void;
  /** Forgets all orders but these, which are pending still. */
  keepOnly(orderIds: ReadonlySet<string>): void;
}

export type Ask = 'submit' | 'cancel' | 'replace';
const asks: readonly Ask[] = ['submit', 'cancel', 'replace'];

const askOf: Partial<Record<OrderStatus, Ask>> = {
  PENDING_NEW: 'submit',
  PENDING_CANCEL: 'cancel',
  PENDING_REPLACE: 'replace',
};

const answers: Partial<Record<Report['kind'], Ask>> = {
  ACKNOWLEDGED: 'submit',
  REJECTED: 'submit',
  DEFERRED: 'submit',
  CANCELED: 'cancel',
  CANCEL_REFUSED: 'cancel',
  REPLACED: 'replace',
  REPLACE_REFUSED: 'replace',
};

interface Asked {
  orderId: string;
  newOrderId?: string;
}
const idOf = ({ orderId, newOrderId }: Asked): string => newOrderId ?? orderId;

export const createDispatch = (deps: {
  venue: Pick<Venue, 'idempotent' | 'submit' | 'cancel' | 'replace' | 'quote' | 'preview'>;
  /** Makes the process in which the venue runs look for what is pending. */
  wake: () => void;
  /** The market as the process in which the venue runs has published it. */
  published: Pick<Venue, 'quote'>;
  /** That process, asked for what it foresees. */
  elsewhere: Pick<Dispatch, 'preview'>;
}): Dispatch => {
  const { venue, wake, published, elsewhere } = deps;
  let here = false;
  /** By order, the id of what was asked: of a replacement its own, for an order may be asked for one after the other. */
  const told: Record<Ask, Map<string, string>> = { submit: new Map(), cancel: new Map(), replace: new Map() };

  const leftOut = new Set<string>();

  const forget = (): void => {
    for (const ask of asks) told[ask].clear();
  };
  const tell =
    <Row extends Asked>(ask: Ask, pass: (rows: readonly Row[]) => void) =>
    (rows: readonly Row[]): void => {
      if (rows.length === 0) return;
      if (here) {
        for (const row of rows) told[ask].set(row.orderId, idOf(row));
        const passed = leftOut.size === 0 ? rows : rows.filter(({ orderId }) => !leftOut.has(orderId));
        if (passed.length > 0) pass(passed);
      } else wake();
    };

  return {
    idempotent: venue.idempotent,
    submit: tell('submit', venue.submit),
    cancel: tell('cancel', venue.cancel),
    replace: tell('replace', venue.replace),
    quote: (symbol) => (here ? venue.quote(symbol) : published.quote(symbol)),
    preview: async (order) => (here ? venue.preview(order) : elsewhere.preview(order)),
    isHere: () => here,
    take: () => {
      forget();
      here = true;
    },
    assumeTold: (orders) => {
      for (const { id, status, replacement } of orders) {
        const ask = askOf[status];
        if (ask !== undefined) told[ask].set(id, replacement?.newOrderId ?? id);
      }
    },
    leave: () => {
      here = false;
      forget();
    },
    leaveOut: (orderId) => leftOut.add(orderId),
    isLeftOut: (orderId) => leftOut.has(orderId),
    isTold: (ask, asked) => told[ask].get(asked.orderId) === idOf(asked),
    booked: (reports) => {
      for (const report of reports) {
        const ask = answers[report.kind];
        if (ask === undefined || !('orderId' in report)) continue;
        // The repeated answer to an earlier replacement leaves the present one unanswered.
        if (told[ask].get(report.orderId) === idOf(report)) told[ask].delete(report.orderId);
      }
    },
    keepOnly: (orderIds) => {
      for (const ask of asks) for (const id of told[ask].keys()) if (!orderIds.has(id)) told[ask].delete(id);
    },
  };
};

/** The way to the venue for what is decided on: an old price is none. */
export const withFreshQuotes = (dispatch: Dispatch): Dispatch => ({
  ...dispatch,
  quote: (symbol) => {
    const quote = dispatch.quote(symbol);
    return quote?.stale ? undefined : quote;
  },
});
