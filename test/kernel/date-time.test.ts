import { describe, expect, it } from 'vitest';
import { boundOf, readDateTime } from '../../src/kernel/date-time.ts';

const read = (text: string): [cut: string | undefined, bound: string | undefined] => {
  const date = readDateTime(text);
  return [date?.toISOString(), date && boundOf(date).toISOString()];
};

describe('an instant between two milliseconds', () => {
  it.each(['.178', '.178000', '.1780'])('is none with %s', (decimals) => {
    const at = '2026-11-21T10:00:00.178Z';
    expect(read(`2026-11-21T10:00:00${decimals}Z`)).toEqual([at, at]);
  });

  it.each([
    ['2026-11-21T10:00:00.178001Z', '2026-11-21T10:00:00.178Z', '2026-11-21T10:00:00.179Z'],
    ['2026-11-21T10:00:00.1785Z', '2026-11-21T10:00:00.178Z', '2026-11-21T10:00:00.179Z'],
    ['2026-11-21T11:59:59.999999+02:00', '2026-11-21T09:59:59.999Z', '2026-11-21T10:00:00.000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('is cut to the one, and bounds a period at the other: %s', (text, cut, bound) => {
    expect(read(text)).toEqual([cut, bound]);
  });
});
