import type { Ids } from '../../kernel/ids.ts';
import type { Report, VenueOrder, VenueReplacement } from '../venue.ts';
import { createDesk, type Desk } from './desk.ts';
import type { MakerQuote } from './makers.ts';

/** All that can change a book. `CLEAR` empties it, so that it can be restored from what the database holds. */
export type Command =
  | { kind: 'SUBMIT' | 'RESTORE'; order: VenueOrder }
  | { kind: 'CANCEL'; orderId: string; accountId: string; symbol: string }
  | { kind: 'REPLACE'; replacement: VenueReplacement }
  | { kind: 'QUOTES'; symbol: string; quotes: readonly MakerQuote[] }
  | { kind: 'HALT' | 'RESUME' | 'CLEAR'; symbol: string };

export interface Engine {
  execute(command: Command): Report[];
  desk(symbol: string): Pick<Desk, 'book' | 'last' | 'isHalted'> | undefined;
}

/**
 * The desks of all instruments behind one door. The same commands with the same `ids` give the same reports: nothing
 * behind it reads a clock or a random source.
 */
export const createEngine = (options: {
  ids: Ids;
  symbols: readonly string[];
  halted?: ReadonlySet<string>;
  lastPrices?: ReadonlyMap<string, bigint>;
}): Engine => {
  const { ids, symbols, halted, lastPrices } = options;
  const desks = new Map<string, Desk>();
  for (const symbol of symbols) {
    const last = lastPrices?.get(symbol) ?? null;
    desks.set(symbol, createDesk({ ids, symbol, last, halted: halted?.has(symbol) ?? false }));
  }

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
      { kind: 'CANCEL_REFUSED', orderId, accountId, symbol, reason: 'UNKNOWN_ORDER' },
    ];

  const replace = (replacement: VenueReplacement): Report[] => {
    const { orderId, accountId, symbol } = replacement;
    const unknown: Report = { kind: 'REPLACE_REFUSED', orderId, accountId, symbol, reason: 'UNKNOWN_ORDER' };
    return desks.get(symbol)?.replace(replacement) ?? [unknown];
  };

  const clear = (symbol: string): void => {
    const desk = desks.get(symbol);
    if (desk !== undefined) desks.set(symbol, createDesk({ ids, symbol, last: desk.last(), halted: desk.isHalted() }));
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
        return desks.get(command.symbol)?.quote(command.quotes) ?? [];
      case 'HALT':
        desks.get(command.symbol)?.halt();
        return [];
      case 'RESUME':
        desks.get(command.symbol)?.resume();
        return [];
      case 'CLEAR':
        clear(command.symbol);
        return [];
    }
  };

  return { execute, desk: (symbol) => desks.get(symbol) };
};
