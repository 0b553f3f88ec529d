/** What was started, to be stopped in the opposite order, also when a later part fails to start. */
export interface Stops {
  add(stop: () => void | Promise<void>): void;
  all(): Promise<void>;
}

export const createStops = (): Stops => {
  const stops: (() => void | Promise<void>)[] = [];
  return {
    add: (stop) => void stops.push(stop),
    all: async () => {
      for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop();
    },
  };
};
