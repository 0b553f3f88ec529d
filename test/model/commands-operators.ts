import fc from 'fast-check';
import { agree, ask, type Field, type Model } from './agree.ts';
import { amend, normalCorrection, wrongCorrection } from './amend.ts';
import { type Command, commandOf, send } from './command.ts';
import * as draw from './draw.ts';
import { advance, halt, resume, setHours, setLimits, setSwitch } from './operate.ts';
import { owners, type Real } from './server.ts';
import type { State } from './state.ts';

/** What operators and time may do. */

/** Operators are not what is examined here: their commands must be taken, and mean what they say. */
const operate =
  (field: Field, input: (state: State) => object, effect: (state: State) => void) =>
  (model: Model, real: Real): Promise<void> =>
    ask(model, real, {
      who: 'operator',
      field,
      input: { ...input(model.state), reason: 'The model asked for it.' },
      normal: '',
      wrong: [],
      decide: () => {
        effect(model.state);
        return { orders: [] };
      },
    });

const trading = fc.record({ symbol: draw.symbol, halts: fc.boolean() }).map((drawn) => {
  const { symbol, halts } = drawn;
  const effect = (state: State): void => (halts ? halt(state, symbol) : resume(state, symbol));
  return commandOf(
    'trading',
    drawn,
    operate(halts ? 'haltInstrument' : 'resumeInstrument', () => ({ symbol }), effect),
  );
});

const killSwitch = fc
  .record({
    target: fc.constantFrom('VENUE', 'AAPL', ...owners),
    engaged: fc.constantFrom(true, false, false),
    cancels: fc.boolean(),
  })
  .map((drawn) => {
    const { target, engaged, cancels } = drawn;
    const scope = (state: State) => {
      const account = state.accounts[target];
      if (account !== undefined) return { scope: 'ACCOUNT', accountId: account.id };
      return target === 'VENUE' ? { scope: 'VENUE' } : { scope: 'INSTRUMENT', symbol: target };
    };
    const input = (state: State) => ({ ...scope(state), engaged, cancelOpenOrders: cancels });
    const effect = (state: State): void => setSwitch(state, target, engaged, cancels);
    return commandOf('killSwitch', drawn, operate('setKillSwitch', input, effect));
  });

const limits = fc
  .record({
    who: draw.who,
    value: fc.constantFrom('900', '5000', '10000000'),
    orders: fc.constantFrom(1, 4, 1_000),
    day: fc.constantFrom('20000', '1000000000'),
  })
  .map((drawn) => {
    const { who, value, orders, day } = drawn;
    const input = (state: State) => ({
      accountId: state.accounts[who]!.id,
      maxOrderValue: value,
      maxOpenOrders: orders,
      dailyNotional: day,
    });
    return commandOf(
      'limits',
      drawn,
      operate('setAccountLimits', input, (state) => setLimits(state, who, value, orders, day)),
    );
  });

const marketHours = fc.constantFrom(true, true, false).map((sessions) =>
  commandOf('marketHours', sessions, async (model, real) => {
    const input = () => ({ mode: sessions ? 'SESSIONS' : 'ALWAYS_OPEN' });
    await operate('setMarketHours', input, (state) => setHours(state, sessions))(model, real);
    await real.swept();
  }),
);

/** A trade by the fill that one of its sides has of it. */
const amendTrade = fc
  .record({ pick: fc.nat({ max: 20 }), correction: fc.option(draw.correction), key: draw.key })
  .map((drawn) =>
    commandOf('amendTrade', drawn, async (model, real) => {
      const { trades, orders } = model.state;
      const trade = trades[trades.length - 1 - (drawn.pick % Math.max(1, trades.length))];
      if (trade === undefined) return;
      const { order: key, owner } = trade.sides[drawn.pick % 2]!;
      const order = orders.find((one) => one.key === key)!;
      const at = order.fills.findIndex((fill) => fill.trade === trade.key);
      const executionId = (await real.fillsOf(owner, order.id!))[at];
      const correction = drawn.correction && draw.correctionFor(trade, drawn.correction);
      const was = { ...trade };
      await send((state) => ({
        ...{ who: 'operator', field: correction === null ? 'bustTrade' : 'correctTrade', key: drawn.key },
        input: { executionId, reason: 'The model asked for it.', ...correction },
        normal: JSON.stringify([was.key, correction && normalCorrection(was, correction)]),
        wrong: correction === null ? [] : wrongCorrection(was, correction),
        decide: () => amend(state, was.key, correction, 'executionId'),
      }))(model, real);
    }),
  );

const MINUTE_ms = 60_000;
const time = fc.constantFrom(1, 1, 60, 60, 300).map(
  (minutes): Command => ({
    // Tokens last a day. What is due at once by its own time and by a switch could end by either.
    check: ({ state }) =>
      state.now + minutes * MINUTE_ms < Date.parse('2026-03-03T19:00:00Z') &&
      (minutes === 1 || Object.values(state.accounts).every(({ deadline }) => deadline === null)),
    run: async (model, real) => {
      await real.advance(minutes * MINUTE_ms);
      advance(model.state, minutes * MINUTE_ms);
      await agree(model, real);
    },
    toString: () => `minutes(${minutes})`,
  }),
);

export const byOperators = { trading, killSwitch, limits, marketHours, amendTrade, time };
