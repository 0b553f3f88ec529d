import { CircuitState } from '../database/generated/enums.ts';
import { actorOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { payloadOf } from '../graphql/user-error.ts';
import type { CircuitView } from './guards.ts';

const operator = { permission: 'circuits:operate' } as const;

const StateEnum = builder.enumType('CircuitState', {
  description: 'Whether a dependency is asked.',
  values: {
    [CircuitState.CLOSED]: { description: 'Calls go through.' },
    [CircuitState.OPEN]: { description: 'It failed too often, or an operator isolated it: calls are refused at once.' },
    [CircuitState.HALF_OPEN]: { description: 'The next calls find out whether it works again.' },
  } as const,
});

const CircuitRef = builder.objectRef<CircuitView>('Circuit').implement({
  description: 'How this server stands with something outside of it.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Such as venue:paper, quotes or redis.' }),
    state: t.field({ type: StateEnum, resolve: ({ state }) => state }),
    isolated: t.exposeBoolean('isolated', { description: 'Taken out of use by an operator until it is reset.' }),
    reason: t.string({ nullable: true, description: 'Why it was isolated.', resolve: ({ reason }) => reason }),
    changedAt: t.field({
      type: 'DateTime',
      description: 'When a process last saw it change, or an operator reset it; else when this process started.',
      resolve: ({ changedAt }) => changedAt,
    }),
    retryAfter: t.int({
      nullable: true,
      description: 'Seconds until it is tried again; null while calls go through.',
      resolve: ({ retryAfter_s }) => retryAfter_s,
    }),
    lastError: t.string({
      nullable: true,
      description: 'What went wrong last; null when nothing has.',
      resolve: ({ lastError }) => lastError,
    }),
  }),
});

builder.queryField('circuits', (t) =>
  t.field({
    type: [CircuitRef],
    access: operator,
    description: 'Everything outside that this server depends on.',
    resolve: (_, __, { services }) => services.circuits.list(),
  }),
);

const CircuitPayload = payloadOf('CircuitPayload', 'circuit', CircuitRef);

const circuitInput = (name: string) =>
  builder.inputType(name, {
    fields: (t) => ({
      name: t.string({ required: true, description: 'As `circuits` lists it.' }),
      reason: t.string({ description: 'For the audit log; up to 256 characters on one line.' }),
    }),
  });

builder.mutationFields((t) => ({
  resetCircuit: t.field({
    type: CircuitPayload,
    access: operator,
    description:
      'Closes a circuit in every server within a second, and ends its isolation; calls go through again. ' +
      'Errors: NOT_FOUND, INVALID_INPUT.',
    args: { input: t.arg({ type: circuitInput('ResetCircuitInput'), required: true }) },
    resolve: (_, { input }, context) => context.services.circuits.reset(actorOf(context), input),
  }),
  isolateCircuit: t.field({
    type: CircuitPayload,
    access: operator,
    description:
      'Takes a dependency out of use in every server within a second, also after restarts, until `resetCircuit`. ' +
      'Errors: NOT_FOUND, INVALID_INPUT.',
    args: { input: t.arg({ type: circuitInput('IsolateCircuitInput'), required: true }) },
    resolve: (_, { input }, context) => context.services.circuits.isolate(actorOf(context), input),
  }),
}));
