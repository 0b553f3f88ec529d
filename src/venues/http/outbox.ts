import { RefusedError } from '../../errors.ts';
import type { Guard } from '../../guard/guard.ts';
import type { Clock } from '../../kernel/clock.ts';
import { limits } from '../../limits.ts';
import type { Log } from '../../telemetry/log.ts';
import type { OrderName, Report, VenueOrder, VenueReplacement } from '../venue.ts';
import type { VenueCalls } from './calls.ts';
import type { JsonAnswer } from './client.ts';
import type { HttpVenueStore } from './store.ts';

/** Why an order is closed that the venue has never had and, asked to, never will have. */
export const NEVER_ARRIVED = 'NEVER_ARRIVED';
/** The venue would not read the message: nothing in it was done. */
const VENUE_REFUSED = 'VENUE_REFUSED';
const TOO_MANY = 429;

interface Rows {
  orders: VenueOrder;
  cancels: OrderName;
  replacements: VenueReplacement;
}
type Kind = keyof Rows;
type Message = { [Key in Kind]: { kind: Key; rows: Rows[Key][] } }[Kind];

export interface OutboxDeps {
  venue: string;
  guard: Pick<Guard, 'call'>;
  calls: VenueCalls;
  store: HttpVenueStore;
  /** What is known without the venue's having reported it. */
  report(reports: readonly Report[]): void;
  clock: Clock;
  log: Pick<Log, 'warn'>;
}

const nameOf = ({ orderId, accountId, symbol }: OrderName): OrderName => ({ orderId, accountId, symbol });
const isAccepted = ({ status }: JsonAnswer): boolean => status >= 200 && status < 300;

/**
 * What goes to the venue, one message after the other, so that a cancel never overtakes its order; what waits meanwhile
 * shares the next message. An order is sent once: its id is claimed in the database before, whichever process sends it. When
 * the outcome is not known, nothing is repeated; reconciliation asks.
 */
export const createOutbox = (deps: OutboxDeps) => {
  const { venue, guard, calls, store, report, clock, log } = deps;
  let waiting: Message[] = [];
  let running: Promise<void> | undefined;

  /** Sends what nobody has sent before; `unknown` is told of what may or may not have arrived. */
  const sendOnce = async <Row>(
    rows: readonly Row[],
    idOf: (row: Row) => string,
    post: (rows: readonly Row[]) => Promise<JsonAnswer>,
    tell: { refused(row: Row): void; unknown(row: Row): void; repeated?(row: Row): Promise<void> },
  ): Promise<void> => {
    const claimed = await store.claim(venue, rows.map(idOf), clock.now());
    for (const row of rows) if (!claimed.has(idOf(row))) await tell.repeated?.(row);
    const fresh = rows.filter((row) => claimed.has(idOf(row)));
    if (fresh.length === 0) return;
    let answer: JsonAnswer;
    try {
      answer = await post(fresh);
    } catch (error) {
      // The guard let nothing through: they are sent when reconciliation finds that they were not.
      if (error instanceof RefusedError) await store.release(fresh.map(idOf));
      else {
        log.warn({ err: error, rows: fresh.length }, 'nobody knows whether the venue has what it was sent');
        fresh.forEach(tell.unknown);
      }
      return;
    }
    if (answer.status === TOO_MANY) await store.release(fresh.map(idOf));
    else if (!isAccepted(answer)) fresh.forEach(tell.refused);
  };

  /** It was sent before and not answered: either the venue has it and says so in its reports, or it never shall. */
  const giveUpReplacement = async (row: VenueReplacement): Promise<void> => {
    const name = { ...nameOf(row), newOrderId: row.newOrderId };
    const answer = await calls.void({ ...nameOf(row), orderId: row.newOrderId });
    if (answer.state === 'VOID') report([{ kind: 'REPLACE_REFUSED', ...name, reason: NEVER_ARRIVED }]);
  };

  const send = (message: Message): Promise<void> => {
    switch (message.kind) {
      case 'orders':
        return sendOnce(
          message.rows,
          ({ orderId }) => orderId,
          (orders) => guard.call((signal) => calls.post('/v1/orders', { orders }, signal)),
          {
            refused: (row) => report([{ kind: 'REJECTED', ...nameOf(row), reason: VENUE_REFUSED }]),
            unknown: (row) => report([{ kind: 'OUTCOME_UNKNOWN', ...nameOf(row) }]),
          },
        );
      case 'replacements':
        return sendOnce(
          message.rows,
          ({ newOrderId }) => newOrderId,
          (replacements) => guard.call((signal) => calls.post('/v1/replacements', { replacements }, signal)),
          {
            refused: ({ newOrderId, ...row }) =>
              report([{ kind: 'REPLACE_REFUSED', ...nameOf(row), newOrderId, reason: VENUE_REFUSED }]),
            // It is asked for when its answer is overdue.
            unknown: () => {},
            repeated: giveUpReplacement,
          },
        );
      case 'cancels':
        return guard
          .call((signal) => calls.post('/v1/cancels', { orders: message.rows.map(nameOf) }, signal), {
            idempotent: true,
          })
          .then(() => {});
    }
  };

  const pump = async (): Promise<void> => {
    for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) {
      // What is not told now is told again when its answer is overdue.
      await send(message).catch((error: unknown) => log.warn({ err: error }, 'the venue could not be told'));
    }
    running = undefined;
  };

  const add = <Key extends Kind>(kind: Key, rows: readonly Rows[Key][]): void => {
    for (const row of rows) {
      const last = waiting.at(-1);
      if (last?.kind === kind && last.rows.length < limits.venue.rowsPerMessage) (last.rows as Rows[Key][]).push(row);
      else waiting.push({ kind, rows: [row] } as unknown as Message);
    }
    running ??= Promise.resolve().then(pump);
  };

  return {
    add,
    /** Sends nothing more; what was not sent is found by whoever holds the venue next. */
    stop: async (): Promise<void> => {
      waiting = [];
      await running;
    },
  };
};
