import { systemClock } from '../../../src/kernel/clock.ts';
import { createIds } from '../../../src/kernel/ids.ts';
import { catalogue } from '../../../src/market/catalogue.ts';
import type { Instrument } from '../../../src/market/instrument.ts';
import { createPaperVenue } from '../../../src/venues/paper/paper.ts';
import type { OrderName, Quote, VenueOrder, VenueReplacement, VenueStatus } from '../../../src/venues/venue.ts';
import type { VenueLedger } from './ledger.ts';

const scaleOf = (code: string): number => catalogue.assets.find((asset) => asset.code === code)?.scale ?? 0;
const instruments: Instrument[] = catalogue.instruments.map((listed) => ({
  ...listed,
  baseScale: scaleOf(listed.baseAsset),
  quoteScale: scaleOf(listed.quoteAsset),
  status: 'TRADING',
}));

/** Why an order is refused whose id was given up before it came. */
const VOIDED = 'VOIDED';

/**
 * The market behind the simulator: the matching engine and the makers of the paper market, with a memory of their own. Every id
 * has one effect: an order that comes twice is the same order.
 */
export const createExchange = (options: { ledger: VenueLedger; seed: number; tick_ms: number; said(): void }) => {
  const { ledger, seed, tick_ms, said } = options;
  const market = createPaperVenue({
    instruments,
    clock: systemClock,
    ids: createIds(systemClock),
    seed,
    tick_ms,
    makers: true,
    log: { info: () => {} },
  });
  market.onReports((reports) => {
    ledger.say(reports);
    said();
  });
  const unanswered = ledger.resting().filter(({ orderId }) => !ledger.isAnswered(orderId));
  market.restore(ledger.resting().filter(({ orderId }) => ledger.isAnswered(orderId)));
  market.start();
  market.submit(unanswered);

  const nameOf = ({ orderId, accountId, symbol }: OrderName): OrderName => ({ orderId, accountId, symbol });

  return {
    submit: (orders: readonly VenueOrder[]): void => {
      for (const order of orders) {
        const isRepeat = ledger.has(order.orderId);
        const isVoid = ledger.isVoid(order.orderId);
        ledger.add({ kind: 'order', order });
        if (isRepeat) continue;
        if (isVoid) {
          ledger.say([{ kind: 'REJECTED', ...nameOf(order), reason: VOIDED }]);
          said();
        } else market.submit([order]);
      }
    },
    cancel: (orders: readonly OrderName[]): void => market.cancel(orders),
    replace: (replacements: readonly VenueReplacement[]): void => {
      for (const replacement of replacements) {
        const { newOrderId } = replacement;
        const isRepeat = ledger.isReplacement(newOrderId);
        ledger.add({ kind: 'replacement', replacement });
        if (isRepeat) continue;
        if (ledger.isVoid(newOrderId)) {
          ledger.say([{ kind: 'REPLACE_REFUSED', ...nameOf(replacement), newOrderId, reason: VOIDED }]);
          said();
        } else market.replace([replacement]);
      }
    },
    /** Never takes an order of this id from now on, unless it has it. */
    giveUp: (id: string): VenueStatus | { state: 'VOID' } => {
      const known = ledger.status(id);
      if (known !== undefined) return known;
      if (!ledger.isVoid(id)) ledger.add({ kind: 'void', id });
      return { state: 'VOID' };
    },
    quotes: (): Quote[] => instruments.map(({ symbol }) => market.quote(symbol)).filter((quote) => quote !== undefined),
    tick: market.tick,
    stop: market.stop,
  };
};

export type Exchange = ReturnType<typeof createExchange>;
