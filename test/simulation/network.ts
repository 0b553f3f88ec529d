import type { Random } from '../../src/venues/paper/random.ts';
import type { VenueStatus } from '../../src/venues/venue.ts';
import type { Faults, Message } from '../support/faulty-venue.ts';
import type { Schedule } from './schedule.ts';

/** The longest way, well below the time after which an order counts as never arrived. */
const LONGEST_ms = 8_000;

export interface Network extends Faults {
  /** From now on everything arrives once, at once. */
  heal(): void;
  /** What is on its way to or from a process that is dead is not for the next one. */
  lines(): string[];
}

/** A way that loses, repeats, delays and reorders by the seed. */
export const createNetwork = (options: {
  random: Random;
  schedule: Schedule;
  idempotent: boolean;
  /** See `Faults`. */
  counts: boolean;
  log(line: string): void;
  /** The server did what it must never do. */
  accuse(crime: string): void;
  /** Waits until what arrived is dealt with. */
  idle(): Promise<void>;
}): Pick<Network, 'idempotent' | 'counts' | 'send' | 'answer' | 'heal'> => {
  const { random, schedule, idempotent, counts, log, accuse, idle } = options;
  const once = new Set<string>();
  let isHealthy = false;
  let answering: Promise<unknown> = Promise.resolve();
  const chance = (percent: bigint): boolean => !isHealthy && random(100n) < percent;

  const isPatient = ({ what }: Message): boolean => !counts && what.startsWith('TRADE');

  const deliver = (message: Message, copy: string): void => {
    // Most arrive soon and in order; some take so long that everything overtakes them. Fills that nobody waits for, often.
    const delay = chance(isPatient(message) ? 60n : 20n) ? Number(random(BigInt(LONGEST_ms))) : Number(random(40n));
    schedule.at(schedule.now_ms() + (isHealthy ? 0 : delay), async () => {
      log(`${copy} ${message.way}: ${message.what}`);
      message.arrive();
      await idle();
    });
  };

  return {
    idempotent,
    counts,
    send: (message) => {
      const { way, what } = message;
      if (!idempotent && way === 'to venue' && !what.startsWith('cancel')) {
        if (once.has(what)) accuse(`sent twice to a venue that forgets ids: ${what}`);
        once.add(what);
      }
      if (!isPatient(message) && chance(8n)) return log(`lost ${message.way}: ${message.what}`);
      deliver(message, 'arrives');
      // Twice is one effect at a venue that knows its orders; to any other, the network sends nothing twice.
      const mayRepeat = message.way === 'from venue' || idempotent || message.what.startsWith('cancel');
      if (mayRepeat && chance(8n)) deliver(message, 'arrives again');
      return undefined;
    },
    answer: (order, status) => {
      const turn = answering.then(async (): Promise<VenueStatus> => {
        await idle();
        if (chance(15n)) {
          log(`no status of ${order.orderId}`);
          throw new Error('no answer');
        }
        const answer = await status();
        // It takes its time: meanwhile more happens.
        if (chance(30n)) await schedule.hurry(1 + Number(random(3n)));
        log(`status of ${order.orderId}: ${answer.state}`);
        return answer;
      });
      answering = turn.catch(() => {});
      return turn;
    },
    heal: () => {
      isHealthy = true;
    },
  };
};
