import { KillSwitchScope } from '../database/generated/enums.ts';
import { actorOf, viewerOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { perRequest } from '../graphql/per-request.ts';
import { payloadOf, UserErrorRef } from '../graphql/user-error.ts';
import { createBatch } from '../kernel/batch.ts';
import { formatDecimal } from '../kernel/decimal.ts';
import type { Result } from '../kernel/result.ts';
import { AccountRef } from '../ledger/schema.ts';
import type { Session } from '../market/calendar.ts';
import { InstrumentRef } from '../market/schema.ts';
import type { ShownLimits } from './controls.ts';
import { operator } from './operator.ts';
import type { KillSwitchState } from './set-kill-switch.ts';
import type { MarketStatus } from './set-market-hours.ts';

const ScopeEnum = builder.enumType(KillSwitchScope, {
  name: 'KillSwitchScope',
  description: 'What a switch is about: one account, one instrument, or everything.',
});

const KillSwitchRef = builder.objectRef<KillSwitchState>('KillSwitch').implement({
  description:
    'While it is engaged, new orders in its scope are refused with TRADING_BLOCKED; cancels are always taken.',
  fields: (t) => ({
    scope: t.field({ type: ScopeEnum, resolve: ({ scope }) => scope }),
    accountId: t.id({ nullable: true, resolve: ({ scope, target }) => (scope === 'ACCOUNT' ? target : null) }),
    symbol: t.string({ nullable: true, resolve: ({ scope, target }) => (scope === 'INSTRUMENT' ? target : null) }),
    engaged: t.exposeBoolean('engaged'),
    cancelOpenOrders: t.exposeBoolean('cancelOpenOrders', {
      description: 'Whether open orders in its scope are cancelled for as long as it is engaged.',
    }),
    reason: t.exposeString('reason'),
    changedBy: t.id({ description: 'The id of the user who changed it last.', resolve: ({ engagedBy }) => engagedBy }),
    changedAt: t.field({ type: 'DateTime', resolve: ({ engagedAt }) => engagedAt }),
  }),
});

const limitsBatch = perRequest((context) =>
  createBatch((ids: string[]) => context.services.controls.limitsOf({ viewerId: viewerOf(context).id }, ids)),
);

const LimitsRef = builder.objectRef<ShownLimits>('AccountLimits').implement({
  description:
    'What the account’s orders are held against before they are accepted. Money is in the account’s currency.',
  fields: (t) => {
    const money = (description: string, units: (row: ShownLimits) => bigint) =>
      t.field({
        type: 'Decimal',
        description,
        resolve: (row, _, { services }) => formatDecimal(units(row), services.controls.scale),
      });
    return {
      maxOrderValue: money(
        'Of one order at its worst price, fees left out; beyond it ORDER_TOO_LARGE.',
        (row) => row.maxOrderValue,
      ),
      maxOpenOrders: t.exposeInt('maxOpenOrders', { description: 'At one time; beyond it TOO_MANY_OPEN_ORDERS.' }),
      dailyNotional: money(
        'Of all orders accepted on one UTC day, whatever becomes of them; beyond it DAILY_LIMIT_REACHED.',
        (row) => row.dailyNotional,
      ),
      dailyNotionalUsed: money('Of today’s accepted orders.', (row) => row.dailyNotionalUsed),
    };
  },
});

builder.objectField(AccountRef, 'limits', (t) =>
  t.field({ type: LimitsRef, resolve: ({ id }, _, context) => limitsBatch(context)(id) }),
);

const ModeEnum = builder.enumType('MarketHours', {
  values: {
    ALWAYS_OPEN: { description: 'Everything trades at any hour.' },
    SESSIONS: { description: 'Stocks trade in New York’s regular sessions, crypto at any hour.' },
  } as const,
});

const SessionRef = builder.objectRef<Session>('InstrumentSession').implement({
  description: 'When an instrument trades.',
  fields: (t) => ({
    state: t.field({
      type: builder.enumType('SessionState', {
        description: 'Only while OPEN orders trade; before and after, those that may rest are taken and wait.',
        values: ['PRE_OPEN', 'OPEN', 'CLOSED'] as const,
      }),
      resolve: ({ state }) => state,
    }),
    opensAt: t.field({
      type: 'DateTime',
      description: 'Of the session that is on, else of the next one.',
      resolve: ({ opensAt }) => opensAt,
    }),
    closesAt: t.field({ type: 'DateTime', resolve: ({ closesAt }) => closesAt }),
  }),
});

builder.objectField(InstrumentRef, 'session', (t) =>
  t.field({
    type: SessionRef,
    nullable: true,
    description: 'Null while the instrument trades at any hour.',
    resolve: (instrument, _, { services }) => services.controls.sessionOf(instrument),
  }),
);

const MarketStatusRef = builder.objectRef<MarketStatus>('MarketStatus').implement({
  fields: (t) => ({ mode: t.field({ type: ModeEnum, resolve: ({ mode }) => mode }) }),
});

builder.queryFields((t) => ({
  marketStatus: t.field({
    type: MarketStatusRef,
    access: 'public',
    description: 'Whether stocks trade in sessions.',
    resolve: (_, __, { services }) => services.controls.marketStatus(),
  }),
  killSwitches: t.field({
    type: [KillSwitchRef],
    access: operator,
    description: 'The switches that are engaged, the newest first.',
    resolve: async (_, __, { services }) =>
      (await services.controls.killSwitches()).map((row) => ({ ...row, engaged: true })),
  }),
}));

const InstrumentPayload = payloadOf('InstrumentPayload', 'instrument', InstrumentRef);
const KillSwitchPayload = payloadOf('KillSwitchPayload', 'killSwitch', KillSwitchRef);

const REASON = 'For the audit log; up to 256 characters on one line.';

const LimitsPayload = builder.objectRef<Result<{ accountId: string }>>('SetAccountLimitsPayload').implement({
  fields: (t) => ({
    limits: t.field({
      type: LimitsRef,
      nullable: true,
      // An operator has set them, on anybody's account.
      resolve: async (result, _, { services }) => {
        if (!result.ok) return null;
        const { accountId } = result.value;
        return (await services.controls.limitsOf('EVERYTHING', [accountId]))(accountId);
      },
    }),
    userErrors: t.field({ type: [UserErrorRef], resolve: (result) => (result.ok ? [] : [...result.failures]) }),
  }),
});

const MarketHoursPayload = payloadOf('SetMarketHoursPayload', 'marketStatus', MarketStatusRef);

const SetMarketHoursInput = builder.inputType('SetMarketHoursInput', {
  fields: (t) => ({
    mode: t.field({ type: ModeEnum, required: true }),
    reason: t.string({ description: REASON }),
  }),
});

const SetAccountLimitsInput = builder.inputType('SetAccountLimitsInput', {
  description: 'What is absent stays as it is; null goes back to the default of everybody.',
  fields: (t) => ({
    accountId: t.id({ required: true }),
    maxOrderValue: t.field({ type: 'Decimal' }),
    maxOpenOrders: t.int({ description: '0 to 1000.' }),
    dailyNotional: t.field({ type: 'Decimal' }),
    reason: t.string({ required: true, description: REASON }),
  }),
});

const haltInput = (name: string, required: boolean) =>
  builder.inputType(name, {
    fields: (t) => ({
      symbol: t.string({ required: true }),
      reason: t.string({ required, description: REASON }),
    }),
  });

const SetKillSwitchInput = builder.inputType('SetKillSwitchInput', {
  fields: (t) => ({
    scope: t.field({ type: ScopeEnum, required: true }),
    accountId: t.id({ description: 'For scope ACCOUNT only.' }),
    symbol: t.string({ description: 'For scope INSTRUMENT only.' }),
    engaged: t.boolean({ required: true }),
    cancelOpenOrders: t.boolean({
      description: 'Also cancel the open orders in its scope, for as long as it is engaged; false when absent.',
    }),
    reason: t.string({ required: true, description: REASON }),
  }),
});

builder.mutationFields((t) => ({
  haltInstrument: t.field({
    type: InstrumentPayload,
    access: operator,
    description:
      'Stops trading in an instrument within a second: open orders rest untouched and can be cancelled, new ones are ' +
      'refused with INSTRUMENT_HALTED. Errors: UNKNOWN_SYMBOL, INVALID_INPUT.',
    args: { input: t.arg({ type: haltInput('HaltInstrumentInput', true), required: true }) },
    resolve: (_, { input }, context) => context.services.controls.haltInstrument(actorOf(context), input),
  }),
  resumeInstrument: t.field({
    type: InstrumentPayload,
    access: operator,
    description: 'Lets a halted instrument trade again. Errors: UNKNOWN_SYMBOL, INVALID_INPUT.',
    args: { input: t.arg({ type: haltInput('ResumeInstrumentInput', false), required: true }) },
    resolve: (_, { input }, context) => context.services.controls.resumeInstrument(actorOf(context), input),
  }),
  setMarketHours: t.field({
    type: MarketHoursPayload,
    access: operator,
    description:
      'Lets stocks trade at any hour or in sessions, within a second. At the end of a session DAY orders become EXPIRED ' +
      'and GTC orders DONE_FOR_DAY until the next one. Error: INVALID_INPUT.',
    args: { input: t.arg({ type: SetMarketHoursInput, required: true }) },
    resolve: (_, { input }, context) => context.services.controls.setMarketHours(actorOf(context), input),
  }),
  setAccountLimits: t.field({
    type: LimitsPayload,
    access: operator,
    description:
      'Sets what an account’s next orders are held against. Errors: NOT_FOUND, INVALID_AMOUNT, INVALID_INPUT.',
    args: { input: t.arg({ type: SetAccountLimitsInput, required: true }) },
    resolve: (_, { input }, context) => context.services.controls.setAccountLimits(actorOf(context), input),
  }),
  setKillSwitch: t.field({
    type: KillSwitchPayload,
    access: operator,
    description:
      'Engages or releases the kill switch of an account, an instrument or the whole venue: new orders are refused with ' +
      'TRADING_BLOCKED, cancels are always taken. Errors: NOT_FOUND, UNKNOWN_SYMBOL, INVALID_INPUT.',
    args: { input: t.arg({ type: SetKillSwitchInput, required: true }) },
    resolve: (_, { input }, context) => context.services.controls.setKillSwitch(actorOf(context), input),
  }),
}));
