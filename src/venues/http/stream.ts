import { setTimeout as sleep } from 'node:timers/promises';
import type { Guard } from '../../guard/guard.ts';
import type { Clock } from '../../kernel/clock.ts';
import { limits } from '../../limits.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Booking, Report } from '../venue.ts';
import type { VenueCalls } from './calls.ts';
import type { ReportGroup } from './messages.ts';
import type { HttpVenueStore } from './store.ts';

/** The groups that follow the cursor without a gap: repeats are dropped, and what is behind a gap is asked for again. */
export const following = (cursor: number, groups: readonly ReportGroup[]): ReportGroup[] => {
  const next: ReportGroup[] = [];
  for (const group of [...groups].sort((one, other) => one.seq - other.seq)) {
    if (group.seq === cursor + next.length + 1) next.push(group);
  }
  return next;
};

export interface StreamDeps {
  venue: string;
  guard: Pick<Guard, 'call' | 'circuit'>;
  calls: Pick<VenueCalls, 'reports'>;
  store: Pick<HttpVenueStore, 'cursor' | 'saveCursor'>;
  /** Books one command's reports. */
  book(reports: readonly Report[]): Promise<Booking>;
  clock: Clock;
  log: Pick<Log, 'warn' | 'error'>;
}

/**
 * Reads what the venue reports, by long polls behind a cursor. The cursor is kept once everything up to it is booked: after
 * a crash the last page comes again, and booking it again changes nothing. So there is no gap, and no double.
 */
export const createStream = (deps: StreamDeps) => {
  const { venue, guard, calls, store, book, clock, log } = deps;
  /** A group that could not be booked, and how often. */
  let stuck = { seq: 0, times: 0 };

  const read = (cursor: number, signal: AbortSignal): Promise<{ latest: number; groups: ReportGroup[] }> => {
    // A probe is to answer at once, not when there is news.
    const wait_ms = guard.circuit.status().state === 'CLOSED' ? limits.venue.pollWait_ms : 0;
    const options = { signal, call_ms: wait_ms + limits.guard.call_ms, longer_ms: wait_ms };
    return guard.call((inner) => calls.reports(cursor, wait_ms, inner), options);
  };

  /** What can never be booked, or never comes, must not hold up all that follows; reconciliation finds what is missing. */
  const isGivenUp = (seq: number): boolean => {
    stuck = { seq, times: stuck.seq === seq ? stuck.times + 1 : 1 };
    if (stuck.times < limits.venue.bookAttempts) return false;
    log.error({ seq }, 'reports of the venue are left out: they do not come, or can not be booked');
    return true;
  };

  /** Answers the cursor behind what is booked now. */
  const bookPage = async (cursor: number, groups: readonly ReportGroup[]): Promise<number> => {
    let booked = cursor;
    const results = await Promise.all(groups.map(({ reports }) => book(reports)));
    for (const result of results) {
      if (result === 'LATER' || (result === 'FAILED' && !isGivenUp(booked + 1))) break;
      booked += 1;
    }
    if (booked > cursor) await store.saveCursor(venue, booked, clock.now());
    return booked;
  };

  const turn = async (cursor: number, signal: AbortSignal): Promise<number> => {
    const { latest, groups } = await read(cursor, signal);
    if (latest < cursor) {
      log.error({ latest, cursor }, 'the venue has lost its reports; it is read from the beginning');
      return 0;
    }
    const next = following(cursor, groups);
    const isMissing = next.length === 0 && latest > cursor;
    const booked = isMissing ? cursor + Number(isGivenUp(cursor + 1)) : await bookPage(cursor, next);
    // What did not come, or was not booked, is not asked for in a circle.
    if (booked < cursor + next.length || isMissing) await sleep(limits.venue.pollPause_ms, undefined, { signal });
    return booked;
  };

  /** Reads until the signal is aborted. */
  return async (signal: AbortSignal): Promise<void> => {
    let cursor: number | undefined;
    let failing = false;
    while (!signal.aborted) {
      try {
        cursor ??= await store.cursor(venue);
        cursor = await turn(cursor, signal);
        failing = false;
      } catch (error) {
        if (signal.aborted) return;
        if (!failing) log.warn({ err: error }, 'the reports of the venue cannot be read now');
        failing = true;
        await sleep(limits.venue.pollPause_ms, undefined, { signal, ref: false }).catch(() => {});
      }
    }
  };
};
