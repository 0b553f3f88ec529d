import { blockingSwitch, type KillSwitch } from '../../controls/kill-switch.ts';
import { type Failure, failure } from '../../errors.ts';
import type { AccountRow } from '../../lane/rows.ts';
import type { Instrument } from '../../market/instrument.ts';

/** Whether operators let the account trade the instrument now. Says why not, but not who said so or for what reason. */
export const checkTrading = (
  account: Pick<AccountRow, 'tradingBlocked'>,
  instrument: Pick<Instrument, 'symbol' | 'status'>,
  switches: readonly KillSwitch[],
): Failure | undefined => {
  if (account.tradingBlocked) return failure('TRADING_BLOCKED', 'An operator has stopped new orders of the account.');
  const blocking = blockingSwitch(switches, instrument.symbol);
  if (blocking?.scope === 'VENUE') return failure('TRADING_BLOCKED', 'An operator has stopped all new orders.');
  if (blocking !== undefined) {
    return failure('TRADING_BLOCKED', `An operator has stopped new orders in ${instrument.symbol}.`, 'symbol');
  }
  return instrument.status === 'TRADING'
    ? undefined
    : failure('INSTRUMENT_HALTED', `Trading in ${instrument.symbol} is halted.`, 'symbol');
};
