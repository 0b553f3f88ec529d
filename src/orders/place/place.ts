import { auditLine } from '../../audit/line.ts';
import { type Answer, isKept, type Once, once } from '../../idempotency/once.ts';
import type { Actor } from '../../identity/viewer/viewer.ts';
import type { Books } from '../../lane/books.ts';
import type { Command } from '../../lane/command.ts';
import type { OrderRow } from '../../lane/rows.ts';
import type { VenueOrder } from '../../venues/venue.ts';
import type { PlaceOrderInput } from '../input.ts';
import type { OrderDeps } from '../orders.ts';
import { venueOrderOf } from '../venue/venue-order.ts';
import { reviveOrder } from '../view.ts';
import { createCheckSent, mayRepeat, namesOf, type Sent } from './check-sent.ts';
import { decideSent, type PlaceFacts } from './decide-place.ts';

/** An order that lacks nothing but its turn in the lane. */
export interface Placing extends Pick<Command<Once<OrderRow>>, 'needs'> {
  key: Sent['key'];
  decide(books: Books, at: Date): Once<OrderRow>;
  /** Whether this answer is one to the order: not the refusal of what was sent, which only a repeat is not answered with. */
  isDecided(answer: Answer<OrderRow>): boolean;
  /** What the venue is told once the answer is committed. */
  forVenue(answer: Once<OrderRow>): VenueOrder[];
}

const balanceOf = ({ order, instrument }: NonNullable<Sent['read']>) => ({
  accountId: order.accountId,
  asset: order.side === 'BUY' ? instrument.quoteAsset : instrument.baseAsset,
});

const needsOf = (sent: Sent): Placing['needs'] => {
  const { key, read } = sent;
  return {
    accounts: [...sent.accounts],
    balances: read === undefined ? [] : [balanceOf(read)],
    clientOrders: namesOf(sent),
    idempotency: key === undefined ? [] : [key],
  };
};

/** What the decision goes by beside the order itself, as it is now. */
export const factsOf = (
  deps: Pick<OrderDeps, 'venue' | 'rates' | 'switches' | 'hours'>,
  { order, instrument }: NonNullable<Sent['read']>,
  { userId, id }: { userId: string; id: string },
): PlaceFacts => ({
  order,
  userId,
  id,
  instrument,
  quote: deps.venue.quote(order.symbol),
  rates: deps.rates,
  switches: deps.switches(),
  hours: deps.hours(),
});

/** Checks what can be checked without the account. What is refused for that takes its turn only where it may be a repeat. */
export const createPreparePlace = (deps: OrderDeps) => {
  const check = createCheckSent(deps);
  return async (by: Actor & { userId: string }, input: PlaceOrderInput): Promise<Placing | Once<never>> => {
    const sent = await check(by.userId, input);
    const { key, read, failures } = sent;
    const refusal = { ok: false, failures, replayed: false } as const;
    if (failures.length > 0 && !mayRepeat(sent)) return refusal;
    const [id, auditId] = [deps.ids.next(), deps.ids.next()];
    const isDecided: Placing['isDecided'] = (answer) => answer.ok || answer.failures !== failures;
    return {
      key,
      needs: needsOf(sent),
      decide: (books, at) => {
        const decide = (): Answer<OrderRow> => {
          if (read === undefined) return refusal;
          const { accountId } = read.order;
          const answer = decideSent(books, at, factsOf(deps, read, { userId: by.userId, id }), failures);
          if (!isDecided(answer)) return answer;
          books.addAudit(auditLine(auditId, at, by, 'placeOrder', answer.ok ? answer.value.id : accountId, answer));
          return answer;
        };
        return once(books, at, key, reviveOrder, decide, (answer) => isDecided(answer) && isKept(answer));
      },
      isDecided,
      // Only the decision that made this order hands it to the venue: a replay or a repeated clientOrderId has another id.
      forVenue: (answer) =>
        !answer.ok || answer.value.id !== id || answer.value.status !== 'PENDING_NEW'
          ? []
          : [venueOrderOf(answer.value, deps.rates)],
    };
  };
};

/** `placeOrder`: checked, decided in the lane, then told to the venue. */
export const createPlaceOrder = (deps: OrderDeps) => {
  const prepare = createPreparePlace(deps);
  return async (by: Actor & { userId: string }, input: PlaceOrderInput): Promise<Once<OrderRow>> => {
    const placing = await prepare(by, input);
    if (!('decide' in placing)) return placing;
    const { key, needs, decide, forVenue } = placing;
    const committed = (answer: Once<OrderRow>): void => deps.venue.submit(forVenue(answer));
    return deps.inFlight(key, () => deps.lane.run({ needs, decide, committed }));
  };
};
