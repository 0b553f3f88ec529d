import pg from 'pg';

/**
 * A pool that a lost connection cannot end the process through: pg reports the loss as an event of the connection, also of one that is
 * in use, and an event that nobody listens to is thrown. Whoever uses the connection learns of the loss from its statement.
 */
export const createPool = (config: pg.PoolConfig, onIdleError: (error: Error) => void): pg.Pool => {
  const pool = new pg.Pool(config);
  pool.on('connect', (client) => {
    client.on('error', () => {});
  });
  pool.on('error', onIdleError);
  return pool;
};
