import { CallerGone, DependencyError } from './failure.ts';

export type Work<Value> = (signal: AbortSignal) => Promise<Value>;

/**
 * Runs `work` for at most `ms`. Its signal is aborted when the time is over or the caller goes away, and the answer
 * does not wait for it to listen. Cheaper than AbortSignal.timeout and AbortSignal.any, which cost 10 µs together.
 */
export const withDeadline = <Value>(work: Work<Value>, ms: number, caller: AbortSignal | undefined): Promise<Value> =>
  new Promise((resolve, reject) => {
    // It left while its call waited for a place: an aborted signal tells nobody any more.
    if (caller?.aborted) {
      reject(new CallerGone());
      return;
    }
    const controller = new AbortController();
    const end = (): void => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', left);
    };
    const stop = (error: Error): void => {
      end();
      reject(error);
      controller.abort(error);
    };
    const left = (): void => stop(new CallerGone());
    const timer = setTimeout(() => stop(new DependencyError('DEADLINE', `no answer within ${ms} ms`)), ms);
    caller?.addEventListener('abort', left, { once: true });
    work(controller.signal).then(
      (value) => {
        end();
        resolve(value);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  });
