import type { Report } from '../venue.ts';

type Listener = (reports: readonly Report[]) => unknown;

export interface Delivery {
  listen(listener: Listener): void;
  deliver(reports: readonly Report[]): void;
}

/** Hands reports over one command at a time, in order, even when a listener gives the venue another command. */
export const createDelivery = (): Delivery => {
  const listeners: Listener[] = [];
  const waiting: (readonly Report[])[] = [];
  let delivering = false;
  return {
    listen: (listener) => void listeners.push(listener),
    deliver: (reports) => {
      if (reports.length > 0) waiting.push(reports);
      if (delivering) return;
      delivering = true;
      try {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          for (const listener of listeners) listener(next);
        }
      } finally {
        delivering = false;
      }
    },
  };
};
