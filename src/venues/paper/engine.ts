import type { Ids } from '../../kernel/ids.ts';
import { type Report, UNKNOWN_ORDER, type VenueOrder, type VenueReplacement } from '../venue.ts';
import { createDesk, type Desk, type Stillness } from './desk.ts';
import type { Listing } from './floor.ts';
import type { MakerQuote } from './makers.ts';

/**
 * All that can change a desk. `CLEAR` empties it, so that it can be restored from what the database holds. A halt keeps
 * what rests and waits; `CLOSE` ends a session and clears besides. A desk trades when it is neither halted nor closed.
 */
export type Command =
  | { kind: 'SUBMIT' | 'RESTORE'; order: VenueOrder }
  | { kind: 'CANCEL'; orderId: string; accountId: string; symbol: string }
  | { kind: 'REPLACE'; replacement: VenueReplacement }
  | { kind: 'QUOTES'; symbol: string; reference: bigint; quotes: readonly MakerQuote[] }
  | { kind: 'HALT' | 'RESUME' | 'CLOSE' | 'OPEN' | 'CLEAR'; symbol: string };

export interface Engine {
  execute(command: Command): Report[];
  /** A new instrument has a desk from here on; new terms of a known one count when its desk is emptied. */
  list(listing: Listing, halted: boolean): void;
  desk(symbol: string): Pick<Desk, 'book' | 'last' | 'state' | 'whereIs' | 'trailed' | 'preview'> | undefined;
}

/**
 * The desks of all instruments behind one door. The same commands with the same `ids` give the same reports: nothing
 * behind it reads a clock or a random source.
 */
export const createEngine = (options: {
  ids: Ids;
  listings: readonly Listing[];
  halted?: ReadonlySet<string>;
  lastPrices?: ReadonlyMap<string, bigint>;
}): Engine => {
  const { ids, halted, lastPrices } = options;
  const listings = new Map<string, Listing>();
  const desks = new Map<string, Desk>();
  const renew = (listing: Listing, last: bigint | null, state: Stillness): void =>
    void desks.set(listing.symbol, createDesk({ ids, listing, last, state }));
  const list = (listing: Listing, isHalted: boolean): void => {
    const { symbol } = listing;
    listings.set(symbol, listing);
    if (desks.has(symbol)) return;
    renew(listing, lastPrices?.get(symbol) ?? null, { halted: isHalted, closed: false });
  };
  for (const listing of options.listings) list(listing, halted?.has(listing.symbol) ?? false);

  const submit = (order: VenueOrder, restored: boolean): Report[] => {
    const { orderId, accountId, symbol } = order;
    const desk = desks.get(symbol);
    if (desk !== undefined) return restored ? desk.restore(order) : desk.submit(order);
    return [
      { kind: 'ACKNOWLEDGED', orderId, accountId, symbol },
      { kind: 'CANCELED', orderId, accountId, symbol, reason: 'UNKNOWN_SYMBOL' },
    ];
  };

  const cancel = ({ orderId, accountId, symbol }: Extract<Command, { kind: 'CANCEL' }>): Report[] =>
    desks.get(symbol)?.cancel(orderId, accountId) ?? [
      { kind: 'CANCEL_REFUSED', orderId, accountId, symbol, reason: UNKNOWN_ORDER },
    ];

  const replace = (replacement: VenueReplacement): Report[] => {
    const { orderId, accountId, symbol, newOrderId } = replacement;
    const name = { orderId, accountId, symbol, newOrderId };
    const unknown: Report = { kind: 'REPLACE_REFUSED', ...name, reason: UNKNOWN_ORDER };
    return desks.get(symbol)?.replace(replacement) ?? [unknown];
  };

  const clear = (symbol: string): void => {
    const [desk, listing] = [desks.get(symbol), listings.get(symbol)];
    if (desk !== undefined && listing !== undefined) renew(listing, desk.last(), desk.state());
  };

  const execute = (command: Command): Report[] => {
    switch (command.kind) {
      case 'SUBMIT':
      case 'RESTORE':
        return submit(command.order, command.kind === 'RESTORE');
      case 'CANCEL':
        return cancel(command);
      case 'REPLACE':
        return replace(command.replacement);
      case 'QUOTES':
        return desks.get(command.symbol)?.quote(command.reference, command.quotes) ?? [];
      case 'HALT':
      case 'RESUME':
        return desks.get(command.symbol)?.set({ halted: command.kind === 'HALT' }) ?? [];
      case 'CLOSE':
        desks.get(command.symbol)?.set({ closed: true });
        clear(command.symbol);
        return [];
      case 'OPEN':
        return desks.get(command.symbol)?.set({ closed: false }) ?? [];
      case 'CLEAR':
        clear(command.symbol);
        return [];
    }
  };

  return { execute, list, desk: (symbol) => desks.get(symbol) };
};
