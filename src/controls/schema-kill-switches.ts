import { KillSwitchScope } from '../database/generated/enums.ts';
import { actorOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { payloadOf } from '../graphql/user-error.ts';
import { operator } from './operator.ts';
import { REASON } from './schema-reason.ts';
import type { KillSwitchState } from './set-kill-switch.ts';

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

const KillSwitchPayload = payloadOf('KillSwitchPayload', 'killSwitch', KillSwitchRef);

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

builder.queryFields((t) => ({
  killSwitches: t.field({
    type: [KillSwitchRef],
    access: operator,
    description: 'The switches that are engaged, the newest first.',
    resolve: async (_, __, { services }) =>
      (await services.controls.killSwitches()).map((row) => ({ ...row, engaged: true })),
  }),
}));

builder.mutationFields((t) => ({
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
