import type { Once } from '../idempotency/once.ts';
import type { Result } from '../kernel/result.ts';
import type { GraphContext } from './context.ts';

/** Runs a mutation under the key of its input, else of the request's header, and notes when the answer is a stored one. */
export const answerOnce = async <Input extends { idempotencyKey?: string | null | undefined }, Value>(
  context: GraphContext,
  input: Input,
  run: (input: Input) => Promise<Once<Value>>,
): Promise<Result<Value>> => {
  const answer = await run({ ...input, idempotencyKey: input.idempotencyKey ?? context.idempotencyKey });
  if (answer.replayed) context.idempotencyReplayed = true;
  return answer;
};
