import { graphql } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { startTrading, type TestTrading } from '../support/trading.ts';
import { operatorOf } from './support.ts';

let trading: TestTrading;
beforeAll(async () => {
  trading = await startTrading();
});
afterAll(() => trading.close());

const ask = async (by: { userId: string; requestId: string }, source: string) => {
  const { ledger, market, orders, controls } = trading;
  const services = { ledger, market, orders, controls };
  const contextValue = { services, viewer: { id: by.userId, roles: ['USER'] }, requestId: by.requestId };
  const { data, errors } = await graphql({ schema, source, contextValue });
  expect(errors).toBeUndefined();
  return JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
};

test('an operator’s controls and a customer’s limits are shown in decimals and in the words of the schema', async () => {
  const operator = await operatorOf(trading);
  const { by, accountId } = await trading.customer();
  const done = await ask(
    operator,
    `mutation {
      haltInstrument(input: { symbol: "KO", reason: "news" }) { instrument { status session { state } } userErrors { code } }
      resumeInstrument(input: { symbol: "KO" }) { instrument { status } }
      setKillSwitch(input: { scope: INSTRUMENT, symbol: "KO", engaged: true, reason: "a test" }) {
        killSwitch { scope accountId symbol engaged cancelOpenOrders reason changedBy } userErrors { code }
      }
      setAccountLimits(input: { accountId: "${accountId}", maxOrderValue: "1.5", maxOpenOrders: 3, reason: "a test" }) {
        limits { maxOrderValue maxOpenOrders } userErrors { code }
      }
      setMarketHours(input: { mode: SESSIONS }) { marketStatus { mode } }
    }`,
  );
  expect(done).toEqual({
    haltInstrument: { instrument: { status: 'HALTED', session: null }, userErrors: [] },
    resumeInstrument: { instrument: { status: 'TRADING' } },
    setKillSwitch: {
      killSwitch: {
        scope: 'INSTRUMENT',
        accountId: null,
        symbol: 'KO',
        engaged: true,
        cancelOpenOrders: false,
        reason: 'a test',
        changedBy: operator.userId,
      },
      userErrors: [],
    },
    setAccountLimits: { limits: { maxOrderValue: '1.5', maxOpenOrders: 3 }, userErrors: [] },
    setMarketHours: { marketStatus: { mode: 'SESSIONS' } },
  });
  const shown = await ask(
    by,
    `{ killSwitches { symbol engaged } marketStatus { mode } stock: instrument(symbol: "KO") { session { opensAt } }
       coin: instrument(symbol: "BTC-USD") { session { opensAt } }
       account(id: "${accountId}") { limits { maxOrderValue dailyNotional dailyNotionalUsed } } }`,
  );
  expect(shown).toMatchObject({
    killSwitches: [{ symbol: 'KO', engaged: true }],
    marketStatus: { mode: 'SESSIONS' },
    stock: { session: { opensAt: expect.any(String) } },
    coin: { session: null },
    account: { limits: { maxOrderValue: '1.5', dailyNotional: '1000000000', dailyNotionalUsed: '0' } },
  });
  const armed = await ask(
    by,
    'mutation { cancelAllAfter(input: { seconds: 9 }) { deadline { cancelsAt } userErrors { code } } }',
  );
  expect(armed).toEqual({ cancelAllAfter: { deadline: { cancelsAt: expect.any(String) }, userErrors: [] } });
});
