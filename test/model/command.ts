import type fc from 'fast-check';
import { type Asked, agree, ask, type Model } from './agree.ts';
import type { Real } from './server.ts';
import type { State } from './state.ts';

/** What somebody may do, with its prediction; server and model must agree after it. */

export type Command = fc.AsyncCommand<Model, Real>;

export const commandOf = (name: string, drawn: unknown, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  run: async (model, real) => {
    await run(model, real);
    await agree(model, real);
  },
  toString: () => `${name}(${JSON.stringify(drawn)})`,
});

/** Sends it now, and perhaps once more later. */
export const send = (build: (state: State) => Asked) => async (model: Model, real: Real) => {
  const asked = build(model.state);
  const again = (): Promise<void> => ask(model, real, asked);
  await again();
  model.sent.push(again);
};
