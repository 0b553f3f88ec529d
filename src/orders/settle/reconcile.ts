import { RefusedError } from '../../errors.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { OrderRow } from '../../lane/rows.ts';
import { limits } from '../../limits.ts';
import { sessionOf } from '../../market/calendar.ts';
import type { Log } from '../../telemetry/log.ts';
import type { OrderName, Venue, VenueStatus } from '../../venues/venue.ts';
import type { OrderDeps } from '../orders.ts';
import type { OpenOrder } from '../store.ts';
import type { Ask, Dispatch } from '../venue/dispatch.ts';
import { venueOrderOf, venueReplacementOf } from '../venue/venue-order.ts';
import { againOf, reportsOf } from './decide-reconcile.ts';
import { type Doubts, decideSettle } from './decide-settle.ts';
import type { SettleFacts } from './decide-trade.ts';
import type { Settlement } from './settle.ts';
import { settleNeeds } from './settle-needs.ts';

type ReconcileDeps = Pick<OrderDeps, 'lane' | 'store' | 'instrumentOf' | 'rates' | 'ids' | 'hours'> & {
  venue: Pick<Venue, 'status' | 'idempotent'>;
  dispatch: Dispatch;
  settlement: Pick<Settlement, 'view' | 'doubt' | 'takeDoubts'>;
  clock: Clock;
  log: Pick<Log, 'warn'>;
};

interface Decided {
  order: OrderRow | undefined;
  again: Ask[];
  doubts: Doubts;
}

/**
 * Asks the venue what became of orders whose answer is overdue, whose reports did not fit together, or of which nothing was heard
 * for long, and books what it says through the same decisions as its reports. What it never got is told again, or given up.
 */
export const createReconcile = (deps: ReconcileDeps) => {
  const { lane, store, venue, dispatch, settlement, clock, log } = deps;
  const facts: SettleFacts = { instrumentOf: deps.instrumentOf, rates: deps.rates, ids: deps.ids, hours: deps.hours };
  const askedAt = new Map<string, number>();
  /** How far this round through the resting orders has come, and when the next may begin. */
  let checkedTo = 0n;
  let nextRound = 0;

  const tellAgain = (order: OrderRow, again: readonly Ask[]): void => {
    const told = [venueOrderOf(order, deps.rates)];
    if (again.includes('submit')) dispatch.submit(told);
    if (again.includes('cancel')) dispatch.cancel(told);
    if (again.includes('replace')) dispatch.replace([venueReplacementOf(order)]);
  };

  /** Books the answer on the order as it is by then. */
  const book = (name: OrderName, status: VenueStatus, isCurrent: () => boolean): Promise<unknown> => {
    const executions = status.state === 'UNKNOWN' ? [] : status.executions;
    return lane.settle<Decided>({
      needs: settleNeeds([{ kind: 'ACKNOWLEDGED', ...name }, ...executions], deps.instrumentOf),
      decide: (books, at) => {
        const order = books.order(name.orderId);
        if (order === undefined || !isCurrent()) return { order: undefined, again: [], doubts: [] };
        const { idempotent } = venue;
        const doubts = decideSettle(books, at, reportsOf(order, status, { idempotent, at }), facts);
        return { order: { ...order }, again: againOf(order, status, { idempotent }), doubts };
      },
      committed: ({ order, again, doubts }) => {
        if (order === undefined || !isCurrent()) return;
        settlement.doubt(doubts);
        tellAgain(order, again);
      },
    });
  };

  const markUnknown = (name: OrderName): Promise<unknown> =>
    lane.settle({
      needs: settleNeeds([{ kind: 'OUTCOME_UNKNOWN', ...name }], deps.instrumentOf),
      decide: (books, at) => decideSettle(books, at, [{ kind: 'OUTCOME_UNKNOWN', ...name }], facts),
    });

  const ask = async (name: OrderName): Promise<void> => {
    const seen = settlement.view();
    const isCurrent = (): boolean => seen === settlement.view();
    const status = await venue.status(name).catch((error: unknown) => {
      // That its circuit is open was said when it opened.
      if (!(error instanceof RefusedError))
        log.warn({ err: error, orderId: name.orderId }, 'the venue does not say what became of an order');
      settlement.doubt([name]);
      return undefined;
    });
    await (status === undefined ? markUnknown(name) : book(name, status, isCurrent));
  };

  /** Its desk has been emptied on purpose: the end of the session says what becomes of its orders. */
  const isOpen = ({ symbol }: OpenOrder): boolean => {
    const session = sessionOf(deps.instrumentOf(symbol).kind, deps.hours(), clock.now());
    return session === null || session.state === 'OPEN';
  };

  /** The next resting orders of which nothing was heard; each is asked about once a round. */
  const silent = async (now: number): Promise<OpenOrder[]> => {
    if (checkedTo === 0n && now < nextRound) return [];
    if (checkedTo === 0n) nextRound = now + limits.venue.recheck_ms;
    const before = new Date(now - limits.venue.recheck_ms);
    const page = await store.silent(before, checkedTo, limits.venue.recheckPage);
    checkedTo = page.length < limits.venue.recheckPage ? 0n : (page.at(-1)?.sequence ?? 0n);
    return page.filter(isOpen);
  };

  return async (): Promise<void> => {
    if (!dispatch.isHere()) return;
    const now = clock.now().getTime();
    for (const [orderId, at] of askedAt) if (at + limits.venue.askAgain_ms <= now) askedAt.delete(orderId);
    const overdue = await store.overdue(new Date(now - limits.venue.answer_ms), limits.venue.reconcilePage);
    const names = [...overdue, ...(await silent(now))].map(({ id, ...rest }): OrderName => ({ orderId: id, ...rest }));
    const all = [...settlement.takeDoubts(), ...names];
    const due = new Map(all.filter(({ orderId }) => !askedAt.has(orderId)).map((name) => [name.orderId, name]));
    // Asked a moment ago: its turn comes again.
    settlement.doubt(all.filter(({ orderId }) => askedAt.has(orderId)));
    for (const orderId of due.keys()) askedAt.set(orderId, now);
    await Promise.all([...due.values()].map(ask));
  };
};
