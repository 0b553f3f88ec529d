import { actorOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { payloadOf } from '../graphql/user-error.ts';
import type { Session } from '../market/calendar.ts';
import { InstrumentRef } from '../market/schema.ts';
import { operator } from './operator.ts';
import { REASON } from './schema-reason.ts';
import type { MarketStatus } from './set-market-hours.ts';

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

const MarketHoursPayload = payloadOf('SetMarketHoursPayload', 'marketStatus', MarketStatusRef);

const SetMarketHoursInput = builder.inputType('SetMarketHoursInput', {
  fields: (t) => ({
    mode: t.field({ type: ModeEnum, required: true }),
    reason: t.string({ description: REASON }),
  }),
});

builder.queryFields((t) => ({
  marketStatus: t.field({
    type: MarketStatusRef,
    access: 'public',
    description: 'Whether stocks trade in sessions.',
    resolve: (_, __, { services }) => services.controls.marketStatus(),
  }),
}));

builder.mutationFields((t) => ({
  setMarketHours: t.field({
    type: MarketHoursPayload,
    access: operator,
    description:
      'Lets stocks trade at any hour or in sessions, within a second. At the end of a session DAY orders become EXPIRED ' +
      'and GTC orders DONE_FOR_DAY until the next one. Error: INVALID_INPUT.',
    args: { input: t.arg({ type: SetMarketHoursInput, required: true }) },
    resolve: (_, { input }, context) => context.services.controls.setMarketHours(actorOf(context), input),
  }),
}));
