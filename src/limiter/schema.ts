import { builder } from '../graphql/builder.ts';
import type { Meter } from './request-limits.ts';

interface Status {
  meter: Meter;
  cost: number;
  now: Date;
}

const RateLimitStatusRef = builder.objectRef<Status>('RateLimitStatus').implement({
  description: 'What the one who asks may still ask. Without a good token that is the address, counted in requests.',
  fields: (t) => ({
    policy: t.string({
      description: '`viewer`, counted in cost; or `address`, counted in requests. As in the header `RateLimit`.',
      resolve: ({ meter }) => meter.rule.name,
    }),
    limit: t.int({ description: 'A full budget.', resolve: ({ meter }) => meter.rule.limit }),
    remaining: t.int({
      description: 'What is left, this operation’s full cost taken off; what it does not use is given back after it.',
      resolve: ({ meter }) => meter.latest?.remaining ?? meter.rule.limit,
    }),
    cost: t.int({
      description: 'What this operation may cost: one for each field, those of a list times its page.',
      resolve: ({ cost }) => cost,
    }),
    windowSeconds: t.int({
      description: 'In this time an empty budget becomes full, evenly.',
      resolve: ({ meter }) => meter.rule.period_ms / 1_000,
    }),
    resetAt: t.field({
      type: 'DateTime',
      description: 'When the budget is full again if nothing more is asked.',
      resolve: ({ meter, now }) => new Date(now.getTime() + Math.ceil((meter.latest?.resetAfter_us ?? 0) / 1_000)),
    }),
  }),
});

builder.queryFields((t) => ({
  rateLimit: t.field({
    access: 'public',
    type: RateLimitStatusRef,
    description:
      'The limit by request rate that this very operation is counted against. Over it: RATE_LIMITED, HTTP 429.',
    resolve: (_, __, { meter, cost, clock }) => {
      if (meter === undefined) throw new Error('an operation came in that was not admitted');
      return { meter, cost, now: clock.now() };
    },
  }),
}));
