import { Agent, request } from 'undici';
import { DependencyError } from '../../guard/failure.ts';
import { limits } from '../../limits.ts';

/** A count of 0 is padding, which hides from a listener how long the list is. */
const list = /^(?:[0-9A-F]{35}:\d{1,12}(?:\r?\n|$))*$/i;

/** Asks a service that has the range protocol of Have I Been Pwned for all that begins like a hash. */
export const createRanges = (url: string) => {
  const agent = new Agent({
    connections: limits.breached.concurrent,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: limits.breached.answerBytes,
  });
  const base = url.replace(/\/+$/, '');
  return {
    /** Time is bounded by the signal alone; what is answered, by size. A redirect is no answer. */
    ask: async (prefix: string, signal: AbortSignal): Promise<string> => {
      const { statusCode, body } = await request(`${base}/${prefix}`, {
        dispatcher: agent,
        signal,
        headers: { accept: 'text/plain', 'add-padding': 'true', 'user-agent': 'bourse' },
      });
      const text = await body.text();
      if (statusCode !== 200) throw new DependencyError('STATUS', `it answered with status ${statusCode}`);
      // A proxy's page with status 200 would say of every password that it was never seen.
      if (!list.test(text)) throw new DependencyError('BAD_BODY', 'the answer is no list of hashes');
      return text.toUpperCase();
    },
    close: (): Promise<void> => agent.destroy(),
  };
};

export type Ranges = ReturnType<typeof createRanges>;
