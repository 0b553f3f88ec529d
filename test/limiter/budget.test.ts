import { describe, expect, it } from 'vitest';
import { createBudget } from '../../src/limiter/budget.ts';
import { overLimit, seconds } from '../../src/limiter/refusal.ts';
import { bucketRule, HOUR_ms, MINUTE_ms, type Take, type Verdict, windowRule } from '../../src/limiter/rule.ts';
import { StoreDownError } from '../../src/limiter/stores/fail-fast.ts';

const rule = windowRule('sign-in-name', 10, MINUTE_ms);
const yes: Verdict = { allowed: true, remaining: 9, retryAfter_us: 0, resetAfter_us: 0 };

/** A budget over a store that answers what the test says. */
const setUp = (answer: (take: Take) => Verdict | Promise<Verdict>) => {
  const told: string[] = [];
  const takes: Take[] = [];
  const budget = createBudget({
    rule,
    take: (take) => {
      takes.push(take);
      return answer(take);
    },
    clock: { now: () => new Date(1_234) },
    refused: (name) => told.push(`refused ${name}`),
    missed: (name) => told.push(`missed ${name}`),
  });
  return { budget, told, takes };
};

describe('a budget', () => {
  it('takes one, or what it is told, at the time of its clock', async () => {
    const { budget, told, takes } = setUp(() => yes);
    await budget.spend('ada');
    await budget.spend('ada', 3);
    expect(takes).toEqual([
      { rule, key: 'ada', cost: 1, now_us: 1_234_000 },
      { rule, key: 'ada', cost: 3, now_us: 1_234_000 },
    ]);
    expect(told).toEqual([]);
  });

  it('refuses what is over it, and counts that', async () => {
    const no = { allowed: false, remaining: 0, retryAfter_us: 1_500_000, resetAfter_us: 60_000_001 };
    const { budget, told } = setUp(async () => no);
    await expect(budget.spend('ada')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: 'Too many: the limit "sign-in-name" is 10 a minute. Try again in 2 s.',
      retryAfter_s: 2,
      details: { policy: 'sign-in-name', limit: 10, remaining: 0, window: 60, resetAfter: 61 },
    });
    expect(told).toEqual(['refused sign-in-name']);
  });

  it('refuses where nobody can count, says so, and never takes that for a yes', async () => {
    const { budget, told } = setUp(() => Promise.reject(new StoreDownError()));
    await expect(budget.spend('ada')).rejects.toMatchObject({
      code: 'DEPENDENCY_UNAVAILABLE',
      message: 'This cannot be counted at the moment; try again shortly.',
      retryAfter_s: 1,
      details: { dependency: 'limits' },
    });
    expect(told).toEqual(['missed sign-in-name']);
  });

  it('hides no bug behind that', async () => {
    const bug = new Error('a bug');
    const { budget, told } = setUp(() => Promise.reject(bug));
    await expect(budget.spend('ada')).rejects.toBe(bug);
    expect(told).toEqual([]);
  });

  it('gives back without waiting, whether or not the store hears it', async () => {
    const { budget, takes } = setUp(() => Promise.reject(new StoreDownError()));
    budget.giveBack('ada');
    budget.giveBack('ada', 4);
    expect(takes.map(({ key, cost, now_us }) => [key, cost, now_us])).toEqual([
      ['ada', -1, 1_234_000],
      ['ada', -4, 1_234_000],
    ]);
    setUp(() => yes).budget.giveBack('ada');
  });
});

describe('a refusal', () => {
  it('asks for whole seconds, and for one at least', () => {
    expect([seconds(0), seconds(1), seconds(1_000_000), seconds(1_000_001)]).toEqual([0, 1, 1, 2]);
    const at = { remaining: 0, retryAfter_us: 0, resetAfter_us: 0 };
    expect(overLimit(rule, at).retryAfter_s).toBe(1);
  });

  it.each([
    [MINUTE_ms, 'a minute'],
    [HOUR_ms, 'an hour'],
    [86_400_000, 'a day'],
    [7_000, 'in 7 s'],
  ])('names %i ms: %s', (period_ms, words) => {
    const { message } = overLimit(bucketRule('x', 5, period_ms), { remaining: 0, retryAfter_us: 0, resetAfter_us: 0 });
    expect(message).toBe(`Too many: the limit "x" is 5 ${words}. Try again in 1 s.`);
  });
});
