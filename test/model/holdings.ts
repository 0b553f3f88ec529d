import { accountOf, type Lot, type State, sum } from './state.ts';

/** Whatever was busted or corrected meanwhile: what an account holds is what the trades that count make, first in, first out. */
export const rebuild = (state: State, owner: string, symbol: string): void => {
  const account = accountOf(state, owner);
  const began = account.began[symbol] ?? { qty: 0n, pnl: 0n, lots: [] };
  const lots: Lot[] = began.lots.map((lot) => ({ ...lot }));
  let [sold, cash] = [0n, 0n];
  for (const { qty, value, symbol: traded, sides } of state.trades) {
    for (const { owner: party, side } of traded === symbol ? sides : []) {
      if (party !== owner) continue;
      cash += side === 'BUY' ? -value : value;
      if (side === 'BUY') lots.push({ leavesQty: qty, leavesCost: value });
      else sold += qty;
    }
  }
  for (const lot of lots) {
    const part = lot.leavesQty < sold ? lot.leavesQty : sold;
    if (part === 0n) continue;
    // Prices are whole units of cost: a part of a lot costs its exact share.
    lot.leavesCost -= (lot.leavesCost * part) / lot.leavesQty;
    lot.leavesQty -= part;
    sold -= part;
  }
  const left = lots.filter(({ leavesQty }) => leavesQty > 0n);
  const before = sum(began.lots.map(({ leavesCost }) => leavesCost));
  const cost = sum(left.map(({ leavesCost }) => leavesCost));
  account.holdings[symbol] = {
    qty: sum(left.map(({ leavesQty }) => leavesQty)),
    pnl: began.pnl + cash + cost - before,
    lots: left,
  };
};
