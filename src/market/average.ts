import { divideHalfUp, formatDecimal, tenTo } from '../kernel/decimal.ts';
import type { Instrument } from './instrument.ts';

/** Decimals of an average price. It is a quotient, so it is shown finer than any amount and rounded half up, here only. */
const AVERAGE_SCALE = 12;

/** The price per whole unit at which `qty` came to `value`, as decimal text in the quote asset. `qty` is positive. */
export const averagePrice = (
  value: bigint,
  qty: bigint,
  instrument: Pick<Instrument, 'baseScale' | 'quoteScale'>,
): string =>
  formatDecimal(
    divideHalfUp(value * tenTo(instrument.baseScale + AVERAGE_SCALE - instrument.quoteScale), qty),
    AVERAGE_SCALE,
  );
