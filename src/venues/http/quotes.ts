import { setTimeout as sleep } from 'node:timers/promises';
import { DependencyError } from '../../guard/failure.ts';
import type { Guard } from '../../guard/guard.ts';
import { limits } from '../../limits.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Quote } from '../venue.ts';
import type { JsonClient } from './client.ts';
import { readQuotes } from './messages.ts';

export interface QuoteSource {
  quote(symbol: string): Quote | undefined;
  /** Reads again and again until the signal is aborted. */
  follow(signal: AbortSignal): Promise<void>;
}

/**
 * Prices over HTTP, all instruments in one request. While the source is away the last ones stand in, marked stale, for a
 * minute; then there are none.
 */
export const createQuoteSource = (deps: {
  guard: Pick<Guard, 'read'>;
  client: Pick<JsonClient, 'ask'>;
  path: string;
  log: Pick<Log, 'warn'>;
}): QuoteSource => {
  const { guard, client, path, log } = deps;
  let known: ReadonlyMap<string, Quote> = new Map();

  const turn = async (signal: AbortSignal): Promise<void> => {
    const { value, stale } = await guard.read(
      'quotes',
      async (inner) => {
        const answer = await client.ask('GET', path, inner);
        if (answer.status !== 200) throw new DependencyError('BAD_BODY', `it answered with status ${answer.status}`);
        return readQuotes(answer.value).quotes;
      },
      { signal },
    );
    known = new Map(value.map((quote) => [quote.symbol, { ...quote, stale }]));
  };

  return {
    quote: (symbol) => known.get(symbol),
    follow: async (signal) => {
      let failing = false;
      while (!signal.aborted) {
        try {
          await turn(signal);
          failing = false;
        } catch (error) {
          if (signal.aborted) return;
          known = new Map();
          if (!failing) log.warn({ err: error }, 'there are no quotes now');
          failing = true;
        }
        await sleep(limits.venue.quotes_ms, undefined, { signal, ref: false }).catch(() => {});
      }
    },
  };
};
