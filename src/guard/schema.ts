import { CircuitState } from '../database/generated/enums.ts';
import { actorOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { payloadOf } from '../graphql/user-error.ts';
import { limits } from '../limits.ts';
import type { Figures } from '../telemetry/latest.ts';
import type { Outcome } from './guard.ts';
import type { CircuitView } from './guards.ts';
import type { CallCount } from './metrics.ts';

const operator = { permission: 'circuits:operate' } as const;

const StateEnum = builder.enumType('CircuitState', {
  description: 'Whether a dependency is asked.',
  values: {
    [CircuitState.CLOSED]: { description: 'Calls go through.' },
    [CircuitState.OPEN]: { description: 'It failed too often, or an operator isolated it: calls are refused at once.' },
    [CircuitState.HALF_OPEN]: { description: 'The next calls find out whether it works again.' },
  } as const,
});

const OutcomeEnum = builder.enumType('CallOutcome', {
  description: 'How a call to a dependency ended.',
  values: {
    OK: {},
    CONNECTION: { description: 'It could not be reached, or the connection was lost.' },
    DEADLINE: { description: 'It did not answer in time.' },
    BAD_BODY: { description: 'Its answer could not be read.' },
    STATUS: { description: 'It answered 500, 502, 503 or 504.' },
    REFUSED: { description: 'The circuit was open: nothing was sent.' },
    FULL: { description: 'Too many calls waited: nothing was sent.' },
    GONE: { description: 'The caller went away.' },
    OTHER: { description: 'An answer that is a refusal, or an error of this server.' },
  } as const satisfies Record<Outcome, object>,
});

const CallCountRef = builder.objectRef<CallCount>('CallCount').implement({
  description: 'Calls that ended alike.',
  fields: (t) => ({
    outcome: t.field({ type: OutcomeEnum, resolve: ({ outcome }) => outcome }),
    // Beyond the 32 bits of Int after some weeks of full load.
    count: t.exposeFloat('count', { description: 'A whole number.' }),
  }),
});

const hundredths = (ms: number): number => Math.round(ms * 100) / 100;

const LatencyRef = builder.objectRef<Figures>('Latency').implement({
  description: 'How long calls took, in milliseconds, to the hundredth. Those that were never sent do not count.',
  fields: (t) => ({
    samples: t.exposeInt('samples', { description: 'How many calls these figures are of.' }),
    averageMs: t.float({ resolve: ({ average }) => hundredths(average) }),
    minMs: t.float({ resolve: ({ min }) => hundredths(min) }),
    maxMs: t.float({ resolve: ({ max }) => hundredths(max) }),
    p50Ms: t.float({ description: 'Half of the calls took no longer.', resolve: ({ p50 }) => hundredths(p50) }),
    p95Ms: t.float({ description: '95 % of them took no longer.', resolve: ({ p95 }) => hundredths(p95) }),
    p99Ms: t.float({ description: '99 % of them took no longer.', resolve: ({ p99 }) => hundredths(p99) }),
  }),
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
    failures: t.exposeInt('failures', { description: 'Failures in a row that this server has seen.' }),
    probesSucceeded: t.exposeInt('probesSucceeded', {
      description: 'While HALF_OPEN: how many of the calls that find out whether it works again have succeeded.',
    }),
    calls: t.field({
      type: [CallCountRef],
      description:
        'How this server’s calls to it have ended since it started, one entry for each outcome that has occurred.',
      resolve: ({ name }, _, { services }) => services.circuits.calls(name),
    }),
    latency: t.field({
      type: LatencyRef,
      nullable: true,
      description: `Of this server’s last ${limits.guard.latencies} calls to it; null while there was none.`,
      resolve: ({ name }, _, { services }) => services.circuits.latency(name),
    }),
  }),
});

builder.queryFields((t) => ({
  circuits: t.field({
    type: [CircuitRef],
    access: operator,
    description: 'Everything outside that this server depends on.',
    resolve: (_, __, { services }) => services.circuits.list(),
  }),
  circuit: t.field({
    type: CircuitRef,
    nullable: true,
    access: operator,
    description: 'One of `circuits`, by its name.',
    args: { name: t.arg.string({ required: true }) },
    resolve: (_, { name }, { services }) => services.circuits.find(name),
  }),
}));

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
