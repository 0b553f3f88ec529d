import type { GraphContext } from './context.ts';

/** One value a request, made when first asked for; goes with the request. For look-ups that share a round trip. */
export const perRequest = <Value>(make: (context: GraphContext) => Value): ((context: GraphContext) => Value) => {
  const made = new WeakMap<GraphContext, Value>();
  return (context) => {
    let value = made.get(context);
    if (value === undefined) {
      value = make(context);
      made.set(context, value);
    }
    return value;
  };
};
