import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BreakerRules, type CircuitState, createBreaker, type Ticket } from '../../src/guard/breaker.ts';

const rules: BreakerRules = {
  failures: 5,
  window: { calls: 20, failed: 10, within_ms: 30_000 },
  openFor_ms: 60_000,
  probes: 2,
};

/** The breaker once more, as one would explain it: everything is kept, and every question counts it anew. */
const createModel = () => {
  let state: 'CLOSED' | 'OPEN' | 'HALF_OPEN' = 'CLOSED';
  let openedAt = 0;
  /** Of this round: what calls reported, and the probes under way. */
  let seen: { failed: boolean; at: number }[] = [];
  let probing = 0;
  let round = 0;
  const go = (next: typeof state): void => {
    state = next;
    seen = [];
    probing = 0;
    round += 1;
  };
  const isOver = (at: number): boolean => at >= openedAt + rules.openFor_ms;
  const shouldOpen = (at: number): boolean => {
    const lastOnes = seen.slice(-rules.failures);
    const inARow = lastOnes.length === rules.failures && lastOnes.every(({ failed }) => failed);
    const last = seen.slice(-rules.window.calls);
    const young = last.length === rules.window.calls && at - last[0]!.at <= rules.window.within_ms;
    // Only a failure opens: the window is looked at when one is noted.
    return inARow || (young && last.filter(({ failed }) => failed).length >= rules.window.failed);
  };
  return {
    state: (at: number): CircuitState => (state === 'OPEN' && isOver(at) ? 'HALF_OPEN' : state),
    round: () => round,
    begin: (at: number): boolean => {
      if (state === 'OPEN' && isOver(at)) go('HALF_OPEN');
      if (state === 'OPEN' || (state === 'HALF_OPEN' && probing === rules.probes)) return false;
      if (state === 'HALF_OPEN') probing += 1;
      return true;
    },
    end: (begunIn: number, how: 'ok' | 'fail' | 'dismiss', at: number): void => {
      if (begunIn !== round) return;
      if (state === 'HALF_OPEN') probing -= 1;
      if (how === 'dismiss') return;
      seen.push({ failed: how === 'fail', at });
      if (how === 'fail' && (state === 'HALF_OPEN' || shouldOpen(at))) {
        openedAt = at;
        go('OPEN');
      } else if (state === 'HALF_OPEN' && seen.length === rules.probes) go('CLOSED');
    },
    reset: () => go('CLOSED'),
  };
};

interface Call {
  ticket: Ticket;
  round: number;
}

type Step =
  | { do: 'wait'; ms: number }
  | { do: 'begin' }
  | { do: 'end'; which: number; how: 'ok' | 'fail' | 'dismiss' }
  | { do: 'reset' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 900, 29_999, 60_000) }),
  },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('begin' as const) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which: fc.nat({ max: 50 }),
      how: fc.constantFrom('ok' as const, 'fail' as const, 'fail' as const, 'dismiss' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const) }) },
);

/** Runs the same steps on both; every answer and every state must be the same. Answers the states that were seen. */
const compare = (steps: readonly Step[]): Set<CircuitState> => {
  const breaker = createBreaker(rules);
  const model = createModel();
  const calls: Call[] = [];
  const states = new Set<CircuitState>();
  let at = 0;
  for (const next of steps) {
    if (next.do === 'wait') at += next.ms;
    if (next.do === 'reset') {
      breaker.reset();
      model.reset();
    }
    if (next.do === 'begin') {
      const ticket = breaker.admit(at);
      expect(ticket !== undefined).toBe(model.begin(at));
      if (ticket !== undefined) calls.push({ ticket, round: model.round() });
    }
    if (next.do === 'end' && calls.length > 0) {
      const [call] = calls.splice(next.which % calls.length, 1) as [Call];
      if (next.how === 'ok') breaker.succeed(call.ticket, at);
      else if (next.how === 'fail') breaker.fail(call.ticket, at);
      else breaker.dismiss(call.ticket);
      model.end(call.round, next.how, at);
    }
    expect(breaker.state(at)).toBe(model.state(at));
    expect(breaker.openFor_ms(at) > 0).toBe(model.state(at) === 'OPEN');
    states.add(model.state(at));
  }
  return states;
};

test('the breaker does what a small model of it does, over any calls at any times', () => {
  const reached = new Set<CircuitState>();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 250, size: 'max' }), (steps) => {
      for (const state of compare(steps)) reached.add(state);
    }),
    { numRuns: 500 },
  );
  expect([...reached].sort()).toEqual(['CLOSED', 'HALF_OPEN', 'OPEN']);
});

const failing = (times: number): Step[] =>
  Array.from({ length: times }, (): Step[] => [{ do: 'begin' }, { do: 'end', which: 0, how: 'fail' }]).flat();
const working: Step[] = [{ do: 'begin' }, { do: 'end', which: 0, how: 'ok' }];

test('half of twenty calls open it too, but not when they took longer than half a minute', () => {
  const alternating = Array.from({ length: 10 }, () => [...working, ...failing(1)]).flat();
  expect([...compare(alternating)]).toEqual(['CLOSED', 'OPEN']);
  const slowly = alternating.flatMap((one): Step[] => (one.do === 'begin' ? [{ do: 'wait', ms: 1_600 }, one] : [one]));
  expect([...compare(slowly)]).toEqual(['CLOSED']);
});

test('it opens at the fifth failure in a row, lets two probes through after a minute and closes when both succeed', () => {
  const breaker = createBreaker(rules);
  for (let at = 0; at < 4; at += 1) breaker.fail(breaker.admit(at)!, at);
  expect(breaker.state(4)).toBe('CLOSED');
  breaker.fail(breaker.admit(4)!, 4);
  expect([breaker.state(4), breaker.openFor_ms(4), breaker.admit(60_003)]).toEqual(['OPEN', 60_000, undefined]);
  const probes = [breaker.admit(60_004), breaker.admit(60_004), breaker.admit(60_004)];
  expect(probes).toEqual([expect.any(Number), expect.any(Number), undefined]);
  breaker.succeed(probes[0]!, 60_005);
  expect(breaker.state(60_005)).toBe('HALF_OPEN');
  breaker.succeed(probes[1]!, 60_006);
  expect(breaker.state(60_006)).toBe('CLOSED');
});

test('an answer that comes after it opened says nothing', () => {
  const breaker = createBreaker(rules);
  const late = breaker.admit(0)!;
  for (let at = 0; at < 5; at += 1) breaker.fail(breaker.admit(at)!, at);
  breaker.succeed(late, 10);
  breaker.fail(late, 30_000);
  expect(breaker.openFor_ms(30_000)).toBe(30_004);
});
