import { troubleOf } from '../database/trouble.ts';
import { RefusedError } from '../errors.ts';
import type { Log } from '../telemetry/log.ts';
import { type Exchange, type HttpAnswer, refusal, refusedWith } from './answer.ts';

/** Answers in any case: what fails is a refusal, or a bug that is logged whole and shown as nothing but its request id. */
export const answering =
  (log: Log, answer: (exchange: Exchange) => HttpAnswer | Promise<HttpAnswer>) =>
  async (exchange: Exchange): Promise<HttpAnswer> => {
    try {
      return await answer(exchange);
    } catch (error) {
      if (exchange.signal.aborted) return refusal(exchange, 'BAD_REQUEST', 'The request was not complete.');
      const refused = error instanceof RefusedError ? error : troubleOf(error);
      if (refused !== undefined) {
        if (refused !== error) log.warn({ requestId: exchange.requestId, err: error }, refused.code);
        return refusedWith(exchange, refused);
      }
      log.error({ requestId: exchange.requestId, err: error }, 'bug');
      const message = `Something went wrong here. The request id ${exchange.requestId} finds it in the log.`;
      return refusal(exchange, 'INTERNAL_SERVER_ERROR', message, {}, { requestId: exchange.requestId });
    }
  };
