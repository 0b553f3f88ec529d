/** A clock that stands still until a test moves it. */
export const testClock = (start = new Date()) => {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    advance: (by_ms: number): void => {
      now += by_ms;
    },
  };
};
