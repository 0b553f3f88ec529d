import type { Clock } from '../../kernel/clock.ts';
import type { OrderRow } from '../../lane/rows.ts';
import { limits } from '../../limits.ts';
import { sessionOf } from '../../market/calendar.ts';
import type { Instrument } from '../../market/instrument.ts';
import type { PaperVenue } from '../../venues/paper/paper.ts';
import { balancesOf } from '../change/cancel-all.ts';
import type { OrderDeps } from '../orders.ts';
import type { OpenOrder } from '../store.ts';
import { decideSessionEnd, decideSessionStart } from './decide-session.ts';
import { venueOrderOf } from './venue-order.ts';

type SessionDeps = Pick<OrderDeps, 'lane' | 'store' | 'venue' | 'instrumentOf' | 'rates' | 'hours' | 'ids'> & {
  desks: Pick<PaperVenue, 'open' | 'close'>;
  instruments: { all(): readonly Instrument[] };
  clock: Clock;
};

/**
 * Opens and closes the venue's desks with the sessions of their instruments. The desk closes first: what it reported before
 * stands in the lane before the orders that it left are put aside. What is to be done is read from the orders' states, so
 * a crash between two steps only delays the second.
 */
export const createSessions = (deps: SessionDeps) => {
  const { lane, store, venue, desks, clock } = deps;
  const closed = new Set<string>();
  /** A late report can bring an order back to life after its session: it is looked for again now and then. */
  let lookAgain = 0;

  const isOpen = ({ kind }: Instrument): boolean => {
    const session = sessionOf(kind, deps.hours(), clock.now());
    return session === null || session.state === 'OPEN';
  };

  /** What the sessions say now, told to the desks. */
  const setDesks = (): void => {
    for (const instrument of deps.instruments.all()) {
      const { symbol } = instrument;
      if (isOpen(instrument) !== closed.has(symbol)) continue;
      if (closed.delete(symbol)) desks.open(symbol);
      else {
        closed.add(symbol);
        desks.close(symbol);
        lookAgain = 0;
      }
    }
  };

  const decide = (
    orders: readonly OpenOrder[],
    step: (books: Parameters<typeof decideSessionStart>[0], order: OrderRow, at: Date) => boolean,
    committed: (changed: readonly OrderRow[]) => void,
  ): Promise<readonly OrderRow[]> =>
    lane.run({
      needs: {
        accounts: [...new Set(orders.map(({ accountId }) => accountId))],
        orders: orders.map(({ id }) => id),
        balances: balancesOf(orders, deps.instrumentOf),
      },
      decide: (books, at) =>
        orders.flatMap(({ id }) => {
          const order = books.order(id);
          return order !== undefined && step(books, order, at) ? [{ ...order }] : [];
        }),
      committed,
    });

  const park = async (): Promise<void> => {
    if (closed.size === 0 || clock.now().getTime() < lookAgain) return;
    const left = await store.resting([...closed], limits.orders.sessionPage);
    if (left.length === 0) lookAgain = clock.now().getTime() + limits.orders.sessionLook_ms;
    else
      await decide(
        left,
        (books, order, at) => decideSessionEnd(books, order, at, deps),
        () => {},
      );
  };

  const trades = ({ symbol, status }: Instrument): boolean => status === 'TRADING' && !closed.has(symbol);

  /** The venue gets them in the order in which they were accepted. A halted instrument's wait until it is resumed. */
  const resume = async (): Promise<void> => {
    const symbols = deps.instruments.all().flatMap((instrument) => (trades(instrument) ? [instrument.symbol] : []));
    const waiting = await store.waiting(symbols, limits.orders.sessionPage);
    if (waiting.length === 0) return;
    await decide(
      waiting,
      // Looked at again: it may have been halted while the database was asked.
      (books, order, at) => trades(deps.instrumentOf(order.symbol)) && decideSessionStart(books, order, at),
      (started) => venue.submit(started.map((order) => venueOrderOf(order, deps.rates))),
    );
  };

  return {
    setDesks,
    pass: async (): Promise<void> => {
      setDesks();
      await park();
      await resume();
    },
  };
};
