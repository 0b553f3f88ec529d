import { actorOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { payloadOf } from '../graphql/user-error.ts';
import { InstrumentRef } from '../market/schema.ts';
import { operator } from './operator.ts';
import { REASON } from './schema-reason.ts';

const InstrumentPayload = payloadOf('InstrumentPayload', 'instrument', InstrumentRef);

const haltInput = (name: string, required: boolean) =>
  builder.inputType(name, {
    fields: (t) => ({
      symbol: t.string({ required: true }),
      reason: t.string({ required, description: REASON }),
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
}));
