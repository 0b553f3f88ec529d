import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSilence } from '../../src/guard/silence.ts';

const PATIENCE = 1_000;

describe('a dependency', () => {
  it('is silent when an answer is overdue, and no moment before', () => {
    const silence = createSilence(PATIENCE);
    silence.sent(5, 0);
    expect([silence.isSilent(1_004), silence.isSilent(1_005)]).toEqual([false, true]);
  });

  it('may take longer where the call says so', () => {
    const silence = createSilence(PATIENCE);
    silence.sent(0, 2_000);
    expect([silence.isSilent(2_999), silence.isSilent(3_000)]).toEqual([false, true]);
  });

  it('speaks while it answers what was asked later than what is overdue, and not by answers to what was asked before', () => {
    const silence = createSilence(PATIENCE);
    const news = silence.sent(0, 2_000);
    const slow = silence.sent(5, 0);
    silence.answered(news);
    expect(silence.isSilent(1_005)).toBe(true);
    silence.answered(silence.sent(1_010, 0));
    expect(silence.isSilent(5_000)).toBe(false);
    silence.missed(slow, 5_000);
    expect(silence.isSilent(5_000)).toBe(false);
    silence.sent(1_010, 0);
    expect(silence.isSilent(9_000)).toBe(false);
    silence.sent(1_011, 0);
    expect(silence.isSilent(9_000)).toBe(true);
  });

  it('stays silent for a moment behind a missed deadline, and as long as the next call has no answer', () => {
    const silence = createSilence(PATIENCE);
    silence.missed(silence.sent(0, 0), 2_000);
    expect([silence.isSilent(2_999), silence.isSilent(3_000)]).toEqual([true, false]);
    const next = silence.sent(2_500, 0);
    expect(silence.isSilent(3_100)).toBe(true);
    silence.answered(next);
    expect(silence.isSilent(2_999)).toBe(false);
  });

  it('is asked in peace again when nobody called for a while', () => {
    const silence = createSilence(PATIENCE);
    silence.missed(silence.sent(0, 0), 2_000);
    silence.sent(3_000, 0);
    expect([silence.isSilent(3_999), silence.isSilent(4_000)]).toEqual([false, true]);
  });

  it('says nothing by a call that its caller gave up', () => {
    const silence = createSilence(PATIENCE);
    silence.dismissed(silence.sent(0, 0));
    expect(silence.isSilent(5_000)).toBe(false);
  });

  it('is never silent while every call is answered in time, and never for long when nobody calls', () => {
    const step = fc.record({ after_ms: fc.nat({ max: 400 }), sends: fc.boolean(), inTime: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, isWell) => {
        const silence = createSilence(PATIENCE);
        const open: ReturnType<typeof silence.sent>[] = [];
        let now_ms = 0;
        for (const { after_ms, sends, inTime } of steps) {
          now_ms += after_ms;
          for (const late of open.filter(({ due_ms }) => isWell && due_ms <= now_ms + 400)) {
            silence.answered(late);
            open.splice(open.indexOf(late), 1);
          }
          if (sends) open.push(silence.sent(now_ms, 0));
          const call = isWell || inTime ? undefined : open.shift();
          if (call !== undefined) silence.missed(call, now_ms);
          if (isWell) expect(silence.isSilent(now_ms)).toBe(false);
        }
        for (const call of open) silence.dismissed(call);
        expect(silence.isSilent(now_ms + PATIENCE)).toBe(false);
      }),
    );
  });
});
