import { describe, expect, it } from 'vitest';
import type { OrderRow } from '../../src/lane/rows.ts';
import {
  acknowledge,
  amendFills,
  askCancel,
  askReplace,
  closeAtFilled,
  confirmCancel,
  confirmReplace,
  defer,
  doneForDay,
  EXECUTION_UNKNOWN,
  fill,
  isChanging,
  isFinal,
  isHere,
  isPending,
  leavesQty,
  markUnknown,
  refuseCancel,
  refuseReplace,
  reject,
  submitAgain,
  TIME_IS_OVER,
} from '../../src/orders/order.ts';
import { trail, trigger } from '../../src/orders/settle/stop-order.ts';
import { UNKNOWN_ORDER } from '../../src/venues/venue.ts';
import { at } from '../support/books.ts';
import { orderRow } from '../support/order-row.ts';

/* The table of the order's life: what moves it, from where, to where, and that nothing else of it changes. */

type Status = OrderRow['status'];
const finals = ['FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED'] as const;
const open = [
  ...(['PENDING_NEW', 'ACCEPTED', 'NEW', 'PARTIALLY_FILLED', 'HELD', 'DONE_FOR_DAY'] as const),
  ...(['PENDING_CANCEL', 'PENDING_REPLACE'] as const),
];
const later = new Date(at.getTime() + 1_000);
const replacement = {
  ...{ newOrderId: 'new', clientOrderId: 'new', qtyChange: '5', limitPrice: '101', stopPrice: null },
  worstPrice: '101',
};
const pending = { pendingSince: at, replacement };
const settled = { pendingSince: null, replacement: null, updatedAt: later };

/** From each of these states to this one. */
const all = (from: readonly Status[], to: Status): Partial<Record<Status, Status>> =>
  Object.fromEntries(from.map((status) => [status, to]));
const same = (from: readonly Status[]): Partial<Record<Status, Status>> =>
  Object.fromEntries(from.map((status) => [status, status]));

const moves: [string, (order: OrderRow) => boolean, Partial<Record<Status, Status>>][] = [
  ['an acknowledgement', (order) => acknowledge(order, later), all(['PENDING_NEW', 'ACCEPTED'], 'NEW')],
  ['a submit without an answer', (order) => markUnknown(order, later), same(['PENDING_NEW'])],
  ['the end of its session', (order) => doneForDay(order, later), all(['NEW', 'PARTIALLY_FILLED'], 'DONE_FOR_DAY')],
  ['the next session', (order) => submitAgain(order, later), all(['ACCEPTED', 'DONE_FOR_DAY'], 'PENDING_NEW')],
  [
    'a venue that does not trade now',
    (order) => defer(order, later),
    { ...all(['PENDING_NEW', 'NEW', 'PARTIALLY_FILLED', 'PENDING_REPLACE'], 'ACCEPTED'), PENDING_CANCEL: 'CANCELED' },
  ],
  ['a cancel', (order) => confirmCancel(order, null, later), all(open, 'CANCELED')],
  ['the end of its time', (order) => confirmCancel(order, TIME_IS_OVER, later), all(open, 'EXPIRED')],
  ['a refusal by its venue', (order) => reject(order, 'NO', later), all(open, 'REJECTED')],
  ['a cancel that is refused', (order) => refuseCancel(order, later), all(['PENDING_CANCEL'], 'NEW')],
  [
    'a replacement that is refused',
    (order) => refuseReplace(order, { newOrderId: 'new', reason: 'TOO_LATE' }, later),
    all(['PENDING_REPLACE'], 'NEW'),
  ],
  ['its stop price', (order) => trigger(order, later), same(open)],
  ['a market that it trails', (order) => trail(order, { trailPeak: 90n, stopPrice: 95n }, later), same(open)],
];

describe('the state of an order', () => {
  it.each(moves)('is moved by %s only from where that can be', (_, apply, allowed) => {
    for (const status of [...open, ...finals]) {
      const order = orderRow({ status, replacement });
      const before = { ...order };
      expect([status, apply(order)]).toEqual([status, allowed[status] !== undefined]);
      if (allowed[status] === undefined) expect(order).toEqual(before);
      else expect(order).toMatchObject({ status: allowed[status], updatedAt: later });
    }
  });

  it.each([
    [0n, 'NEW'],
    [1n, 'PARTIALLY_FILLED'],
    [10_000n, 'FILLED'],
  ] as const)('is, with %s filled and nothing pending, %s', (filledQty, status) => {
    const acknowledged = orderRow({ filledQty });
    const kept = orderRow({ filledQty, status: 'PENDING_CANCEL', reason: 'WHY', ...pending });
    const stays = orderRow({ filledQty, status: 'PENDING_REPLACE', ...pending });
    acknowledge(acknowledged, later);
    refuseCancel(kept, later);
    refuseReplace(stays, { newOrderId: 'new', reason: UNKNOWN_ORDER.toLowerCase() }, later);
    expect([acknowledged.status, kept.status, stays.status]).toEqual([status, status, status]);
    expect(kept).toMatchObject({ reason: null, ...settled });
    expect(stays).toMatchObject(settled);
  });

  it('leaves what is not filled, and nothing when it is final', () => {
    for (const status of open) expect(leavesQty(orderRow({ status, filledQty: 1n }))).toBe(9_999n);
    for (const status of finals) {
      expect([isFinal(status), leavesQty(orderRow({ status, filledQty: 1n }))]).toEqual([true, 0n]);
    }
  });
});

describe('an order waits', () => {
  it('here for its entry or its session, or for an answer of its venue, of which one is to a change', () => {
    const waiting = (rule: (status: Status) => boolean) => [...open, ...finals].filter(rule);
    expect(waiting(isHere)).toEqual(['ACCEPTED', 'HELD', 'DONE_FOR_DAY']);
    expect(waiting(isPending)).toEqual(['PENDING_NEW', 'PENDING_CANCEL', 'PENDING_REPLACE']);
    expect(waiting(isChanging)).toEqual(['PENDING_CANCEL', 'PENDING_REPLACE']);
  });
});

describe('an order of which nobody can say whether its venue has it', () => {
  const unknown = () => orderRow({ reason: EXECUTION_UNKNOWN });

  it('says so once', () => {
    const order = orderRow();
    expect([markUnknown(order, later), markUnknown(order, later)]).toEqual([true, false]);
    expect(order).toMatchObject({ status: 'PENDING_NEW', reason: 'EXECUTION_UNKNOWN' });
  });

  it('says so no more when its venue says anything of it; other reasons stay', () => {
    const said: ((order: OrderRow) => unknown)[] = [
      (order) => acknowledge(order, later),
      (order) => fill(order, 1n, 100n, 0n, later),
      (order) => defer(order, later),
    ];
    for (const say of said) {
      const [order, other] = [unknown(), orderRow({ reason: 'BUY_IN' })];
      say(order);
      say(other);
      expect([order.reason, other.reason]).toEqual([null, 'BUY_IN']);
    }
  });

  it('is one again when its venue does not know it and never showed that it had it', () => {
    const refuse = (more: Partial<OrderRow>): Partial<OrderRow> => {
      const order = orderRow({ status: 'PENDING_REPLACE', ...pending, ...more });
      expect(refuseReplace(order, { newOrderId: 'new', reason: UNKNOWN_ORDER }, later)).toBe(true);
      expect(order).toMatchObject(settled);
      return { status: order.status, reason: order.reason };
    };
    expect(refuse({})).toEqual({ status: 'PENDING_NEW', reason: EXECUTION_UNKNOWN });
    expect(refuse({ place: 7n })).toEqual({ status: 'NEW', reason: null });
    expect(refuse({ filledQty: 1n })).toEqual({ status: 'PARTIALLY_FILLED', reason: null });
  });
});

describe('a fill', () => {
  const counted = { filledQty: 4_000n, filledValue: 400n, fees: 3n };
  const filled = (more: Partial<OrderRow>, qty = 3_000n): OrderRow => {
    const order = orderRow({ status: 'PARTIALLY_FILLED', filledQty: 1_000n, filledValue: 100n, fees: 1n, ...more });
    fill(order, qty, 300n, 2n, later);
    return order;
  };

  it('is added up, and ends what is pending only when it is the last', () => {
    expect(filled({ status: 'NEW' })).toMatchObject({ ...counted, status: 'PARTIALLY_FILLED', filledAt: null });
    for (const status of ['PENDING_CANCEL', 'PENDING_REPLACE'] as const) {
      expect(filled({ status, ...pending })).toMatchObject({ ...counted, status, ...pending, updatedAt: later });
      expect(filled({ status, ...pending }, 9_000n)).toMatchObject({ status: 'FILLED', filledAt: later, ...settled });
    }
  });

  it('of an order that is closed is counted, and the order stays as it ended', () => {
    expect(filled({ status: 'CANCELED', reason: EXECUTION_UNKNOWN })).toMatchObject({
      ...{ ...counted, status: 'CANCELED', reason: EXECUTION_UNKNOWN, updatedAt: later },
    });
    expect(filled({ status: 'CANCELED' }, 9_000n)).toMatchObject({ status: 'CANCELED', filledAt: null });
  });

  it('is never of nothing, nor of more than the order leaves, but of a closed order by cash', () => {
    const problem = 'fill is larger than what the order leaves';
    expect(() => filled({}, 0n)).toThrow(problem);
    expect(() => filled({}, 9_001n)).toThrow(problem);
    expect(() => filled({ notional: 1n }, 9_001n)).toThrow(problem);
    expect(() => filled({ status: 'CANCELED' }, 9_001n)).toThrow(problem);
    expect(filled({ status: 'CANCELED', notional: 1n }, 9_001n)).toMatchObject({ qty: 10_001n, filledQty: 10_001n });
    expect(filled({ status: 'FILLED', notional: 1n, qty: 5_000n })).toMatchObject({ qty: 5_000n, filledQty: 4_000n });
  });

  it('of a stop says that it was triggered, if that was not heard before', () => {
    expect(filled({}).triggeredAt).toBeNull();
    expect(filled({ stopPrice: 90n }).triggeredAt).toBe(later);
    expect(filled({ stopPrice: 90n, triggeredAt: at }).triggeredAt).toBe(at);
  });
});

describe('a change that is asked for', () => {
  it('waits for its venue, with the reason of who asked', () => {
    const order = orderRow({ status: 'NEW' });
    askCancel(order, 'WHY', later);
    expect(order).toMatchObject({ status: 'PENDING_CANCEL', reason: 'WHY', pendingSince: later, updatedAt: later });
    const other = orderRow({ status: 'NEW' });
    askReplace(other, replacement, later);
    expect(other).toMatchObject({ status: 'PENDING_REPLACE', replacement, pendingSince: later, updatedAt: later });
  });

  it('is no change of a closed order, and a replacement none of an order that is changing', () => {
    for (const status of finals) {
      expect(() => askCancel(orderRow({ status }), null, later)).toThrow('a closed order cannot be cancelled');
      expect(() => askReplace(orderRow({ status }), replacement, later)).toThrow('takes no replacement now');
    }
    for (const status of ['PENDING_CANCEL', 'PENDING_REPLACE'] as const) {
      expect(() => askReplace(orderRow({ status }), replacement, later)).toThrow('takes no replacement now');
    }
  });

  it('ends with the answer, and only with the answer to this question', () => {
    const order = orderRow({ status: 'PENDING_REPLACE', ...pending });
    const before = { ...order };
    expect(refuseReplace(order, { newOrderId: 'earlier', reason: 'NO' }, later)).toBe(false);
    expect(order).toEqual(before);
    confirmReplace(order, 'new', later);
    expect(order).toMatchObject({ status: 'REPLACED', replacedById: 'new', ...settled });
  });
});

describe('an order that ends', () => {
  it('says when and why: by its time EXPIRED, else CANCELED', () => {
    const [expired, canceled] = [orderRow(pending), orderRow(pending)];
    confirmCancel(expired, TIME_IS_OVER, later);
    confirmCancel(canceled, 'WHY', later);
    expect(expired).toMatchObject({ reason: TIME_IS_OVER, expiredAt: later, canceledAt: null, ...settled });
    expect(canceled).toMatchObject({ reason: 'WHY', expiredAt: null, canceledAt: later, ...settled });
  });

  it('after it has traded is not REJECTED but CANCELED, with what it filled', () => {
    const [whole, part] = [orderRow(pending), orderRow({ filledQty: 1n })];
    reject(whole, 'NO', later);
    reject(part, 'NO', later);
    expect(whole).toMatchObject({ status: 'REJECTED', reason: 'NO', ...settled });
    expect(part).toMatchObject({ status: 'CANCELED', reason: 'NO', canceledAt: later });
  });

  it('because its rest cannot be had is FILLED with what it has, or CANCELED when that is nothing', () => {
    const [none, part] = [orderRow(pending), orderRow({ ...pending, filledQty: 1n })];
    closeAtFilled(none, 'WHY', later);
    closeAtFilled(part, 'WHY', later);
    expect(none).toMatchObject({ status: 'CANCELED', reason: 'WHY', qty: 10_000n, filledAt: null, ...settled });
    expect(part).toMatchObject({ status: 'FILLED', reason: null, qty: 1n, filledAt: later, ...settled });
  });
});

describe('an order that waits for its market', () => {
  it('is new to its venue, or goes on another day; what was pending is not any more', () => {
    const defers = (more: Partial<OrderRow>): OrderRow => {
      const order = orderRow({ status: 'PENDING_REPLACE', ...pending, ...more });
      defer(order, later);
      expect(order).toMatchObject(settled);
      return order;
    };
    expect(defers({}).status).toBe('ACCEPTED');
    expect(defers({ place: 7n }).status).toBe('DONE_FOR_DAY');
    expect(defers({ filledQty: 1n }).status).toBe('DONE_FOR_DAY');
    expect(defers({ status: 'PENDING_CANCEL', reason: TIME_IS_OVER })).toMatchObject({
      ...{ status: 'EXPIRED', reason: TIME_IS_OVER },
    });
  });

  it('has no place any more when it is sent again', () => {
    const order = orderRow({ status: 'DONE_FOR_DAY', place: 7n });
    submitAgain(order, later);
    expect(order.place).toBeNull();
  });
});

describe('a stop', () => {
  it('is triggered once, and follows the market no more', () => {
    const order = orderRow({ stopPrice: 95n });
    expect([trigger(order, at), trigger(order, later)]).toEqual([true, false]);
    expect(order.triggeredAt).toBe(at);
    expect(trail(order, { trailPeak: 90n, stopPrice: 95n }, later)).toBe(false);
  });

  const trailing = { SELL: { trailPeak: 100n, stopPrice: 90n, worstPrice: 80n } } as const;
  const sell = (more: Partial<OrderRow> = {}): OrderRow => orderRow({ side: 'SELL', ...trailing.SELL, ...more });

  it.each([
    ['a better peak', { trailPeak: 101n, stopPrice: 91n, worstPrice: 81n }],
    ['another stop price at its peak', { trailPeak: 100n, stopPrice: 91n, worstPrice: 80n }],
    ['a tighter collar at its peak', { trailPeak: 100n, stopPrice: 90n, worstPrice: 81n }],
  ])('that trails is moved by %s', (_, to) => {
    const order = sell();
    expect(trail(order, to, later)).toBe(true);
    expect(order).toMatchObject({ ...to, updatedAt: later });
  });

  it('that trails is not moved by what it has been told, nor by what is older', () => {
    for (const old of [trailing.SELL, { ...trailing.SELL, worstPrice: 79n }, { trailPeak: 99n, stopPrice: 99n }]) {
      const order = sell();
      expect(trail(order, old, later)).toBe(false);
      expect(order).toEqual(sell());
    }
    expect(trail(orderRow({ stopPrice: 110n }), { trailPeak: 101n, stopPrice: 111n }, later)).toBe(true);
    const buy = orderRow({ trailPeak: 100n, stopPrice: 110n });
    expect(trail(buy, { trailPeak: 101n, stopPrice: 111n }, later)).toBe(false);
    expect(trail(buy, { trailPeak: 99n, stopPrice: 109n }, later)).toBe(true);
  });

  it('that trails keeps its collar where its venue says nothing of it or would make it wider', () => {
    const [silent, wider, first] = [sell(), sell(), sell({ trailPeak: null })];
    trail(silent, { trailPeak: 101n, stopPrice: 91n }, later);
    trail(wider, { trailPeak: 101n, stopPrice: 91n, worstPrice: 79n }, later);
    expect([silent.worstPrice, wider.worstPrice]).toEqual([80n, 80n]);
    expect(trail(first, { trailPeak: 1n, stopPrice: 1n }, later)).toBe(true);
  });
});

describe('a fill that is taken back or corrected', () => {
  const amended = (more: Partial<OrderRow>, qty = -4_000n): OrderRow => {
    const order = orderRow({ status: 'PARTIALLY_FILLED', filledQty: 4_000n, filledValue: 400n, fees: 4n, ...more });
    amendFills(order, { qty, value: -400n, fee: -4n }, 'TRADE_BUSTED', later);
    return order;
  };
  const gone = { filledQty: 0n, bustedQty: 4_000n, filledValue: 0n, fees: 0n, updatedAt: later };

  it('is not worked again: an open order is so much smaller', () => {
    expect(amended({})).toMatchObject({ ...gone, status: 'NEW', qty: 6_000n });
    expect(amended({ filledQty: 5_000n })).toMatchObject({ status: 'PARTIALLY_FILLED', qty: 6_000n });
    expect(amended({ status: 'PENDING_CANCEL' })).toMatchObject({ ...gone, status: 'PENDING_CANCEL', qty: 6_000n });
  });

  it('ends a FILLED order as CANCELED, unless all of it is filled still', () => {
    const full = { status: 'FILLED', filledQty: 10_000n, filledAt: at } as const;
    expect(amended(full)).toMatchObject({
      ...{ status: 'CANCELED', reason: 'TRADE_BUSTED', filledAt: null, canceledAt: later, qty: 10_000n },
    });
    expect(amended(full, 0n)).toMatchObject({ status: 'FILLED', reason: null, filledAt: at, bustedQty: 0n });
  });

  it('leaves an order that had ended otherwise as it ended', () => {
    const ended = { status: 'CANCELED', reason: 'WHY', canceledAt: at } as const;
    expect(amended(ended)).toMatchObject({ ...gone, ...ended, qty: 10_000n });
    expect(amended({ status: 'EXPIRED', expiredAt: at })).toMatchObject({ status: 'EXPIRED', canceledAt: null });
  });

  it('never fills more', () => {
    expect(() => amended({}, 1n)).toThrow('an amendment fills no more');
  });
});
