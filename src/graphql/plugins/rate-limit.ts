import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { overLimit, seconds } from '../../limiter/refusal.ts';
import type { Meter } from '../../limiter/request-limits.ts';
import { countFields } from '../actual-cost.ts';
import type { RequestContext } from '../context.ts';

const throttleStatus = ({ rule, latest }: Meter) => ({
  limit: rule.limit,
  remaining: latest?.remaining ?? rule.limit,
  windowSeconds: rule.period_ms / 1_000,
  resetAfterSeconds: seconds(latest?.resetAfter_us ?? 0),
});

/**
 * Charges a viewer what the operation may cost, before anything of it runs, and gives back what it did not use. Without a
 * viewer the request was counted against its address already. The answer says what it cost and what is left.
 */
export const useRateLimit = (): Plugin => {
  const charge = async (context: RequestContext): Promise<void> => {
    const { meter, viewer, cost } = context;
    if (meter === undefined || viewer === null) return;
    const verdict = await meter.take(cost);
    if (!verdict.allowed) throw overLimit(meter.rule, verdict);
    context.charged = Math.min(cost, meter.rule.limit);
  };

  return {
    onExecute: ({ args }) => charge((args as { contextValue: unknown }).contextValue as RequestContext),
    onSubscribe: ({ args }) => charge((args as { contextValue: unknown }).contextValue as RequestContext),
    onExecutionResult({ result, context, setResult }) {
      const { meter, viewer, cost: requested, charged } = context as unknown as RequestContext;
      if (meter === undefined || requested === 0 || isAsyncIterable(result)) return;
      const answer = result as ExecutionResult;
      const ran = viewer === null || charged > 0;
      const actual = ran ? Math.min(requested, Math.max(1, countFields(answer.data))) : 0;
      if (actual < charged) meter.giveBack(charged - actual);
      const cost = { requested, actual, throttleStatus: throttleStatus(meter) };
      setResult({ ...answer, extensions: { ...answer.extensions, cost } });
    },
  };
};
