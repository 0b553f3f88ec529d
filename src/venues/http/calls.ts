import { DependencyError } from '../../guard/failure.ts';
import type { Guard } from '../../guard/guard.ts';
import type { OrderName, VenueStatus } from '../venue.ts';
import type { JsonAnswer, JsonClient } from './client.ts';
import { type ReportGroup, readPage, readStatus, readVoid, toWire } from './messages.ts';

/** The requests of docs/venue-protocol.md. */
export interface VenueCalls {
  /** Inside a guard that the caller chose. */
  post(path: string, body: object, signal: AbortSignal): Promise<JsonAnswer>;
  /** What the venue knows of the order; undefined when it does not know it. */
  status(orderId: string): Promise<VenueStatus | undefined>;
  /** Makes sure that the venue will never take an order of this id, or learns that it has it. */
  void(order: OrderName): Promise<VenueStatus | { state: 'VOID' }>;
  reports(after: number, wait_ms: number, signal: AbortSignal): Promise<{ latest: number; groups: ReportGroup[] }>;
}

const OK = 200;
const NOT_FOUND = 404;

const expectOk = ({ status, value }: JsonAnswer): unknown => {
  if (status !== OK) throw new DependencyError('BAD_BODY', `it answered with status ${status}`);
  return value;
};

export const createVenueCalls = (guard: Pick<Guard, 'call'>, { ask }: Pick<JsonClient, 'ask'>): VenueCalls => ({
  post: (path, body, signal) => ask('POST', path, signal, toWire(body)),
  status: (orderId) =>
    guard.call(
      async (signal) => {
        const answer = await ask('GET', `/v1/orders/${orderId}`, signal);
        return answer.status === NOT_FOUND ? undefined : readStatus(expectOk(answer));
      },
      { idempotent: true },
    ),
  void: ({ orderId, accountId, symbol }) =>
    guard.call(
      async (signal) =>
        readVoid(expectOk(await ask('POST', `/v1/orders/${orderId}/void`, signal, { accountId, symbol }))),
      { idempotent: true },
    ),
  reports: async (after, wait_ms, signal) =>
    readPage(expectOk(await ask('GET', `/v1/reports?after=${after}&waitMs=${wait_ms}`, signal))),
});
