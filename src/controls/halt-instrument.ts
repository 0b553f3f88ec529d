import { failure } from '../errors.ts';
import { operate } from '../identity/viewer/operate.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import type { Instrument } from '../market/instrument.ts';
import type { ControlDeps } from './deps.ts';
import { operator } from './operator.ts';
import { saveInstrumentStatus } from './store.ts';

export interface HaltInput {
  symbol: string;
  reason?: string | null | undefined;
}

/**
 * `haltInstrument` and `resumeInstrument`: nothing trades in a halted instrument. Its open orders rest untouched and can be
 * cancelled. This process knows at once, the others when they hear of it.
 */
export const createSetTrading =
  ({ command, instruments }: ControlDeps, action: 'haltInstrument' | 'resumeInstrument') =>
  async (by: Actor, { symbol, reason = null }: HaltInput): Promise<Result<Instrument>> => {
    const unknown = refused(failure('UNKNOWN_SYMBOL', 'No instrument has this symbol.', 'symbol'));
    const instrument = instruments.find(symbol);
    if (instrument === undefined) return unknown;
    const status = action === 'haltInstrument' ? 'HALTED' : 'TRADING';
    const result = await operate(command, { ...operator, by, action, target: symbol, reason }, async ({ tx }) =>
      (await saveInstrumentStatus(tx, symbol, status)) ? ok(symbol) : unknown,
    );
    if (!result.ok) return result;
    await instruments.refresh();
    return ok({ ...(instruments.find(symbol) ?? instrument), status });
  };
