import { RefusedError } from '../errors.ts';

/** What a caller is told whose command is not answered. */
export const refusal = {
  late: () =>
    new RefusedError(
      'DEPENDENCY_UNAVAILABLE',
      'The database did not answer in time and the outcome is not known yet. Repeat the request with the same idempotency key.',
      1,
    ),
  notStarted: () => new RefusedError('OVERLOADED', 'The command waited too long and was not started.', 1),
  full: () => new RefusedError('OVERLOADED', 'The queue of commands is full.', 1),
  draining: () => new RefusedError('OVERLOADED', 'The server is shutting down.', 1),
  contention: () => new RefusedError('OVERLOADED', 'Other commands on the same accounts were always first.', 1),
};
