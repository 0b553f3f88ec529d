/**
 * Turns the look-ups of one turn of the event loop into one: a field of a list asks for its rows one by one, the
 * database is asked once. Made anew for every request, so nothing is seen by the wrong viewer.
 */
export const createBatch = <Key, Value>(load: (keys: Key[]) => Promise<(key: Key) => Value>) => {
  let waiting: Set<Key> | undefined;
  let loading: Promise<(key: Key) => Value> | undefined;
  return async (key: Key): Promise<Value> => {
    if (waiting === undefined || loading === undefined) {
      const keys = new Set<Key>();
      waiting = keys;
      loading = new Promise((resolve, reject) => {
        setImmediate(() => {
          waiting = undefined;
          load([...keys]).then(resolve, reject);
        });
      });
    }
    waiting.add(key);
    return (await loading)(key);
  };
};
