import { auditLine } from '../audit/line.ts';
import { type Failure, failure } from '../errors.ts';
import type { InFlight } from '../idempotency/in-flight.ts';
import { fingerprintOf, type IdempotencyKey, keyOf, type Once, once } from '../idempotency/once.ts';
import { refuseUnlessRepeated } from '../idempotency/unless-repeated.ts';
import type { Actor } from '../identity/viewer/viewer.ts';
import { shortestDecimal } from '../kernel/decimal.ts';
import { type Ids, isUuid } from '../kernel/ids.ts';
import { checkKey } from '../kernel/key.ts';
import { checkReason } from '../kernel/reason.ts';
import type { Lane } from '../lane/lane.ts';
import type { Needs } from '../lane/rows.ts';
import { house } from '../ledger/house.ts';
import { loanBalances } from '../ledger/shortfall.ts';
import { limits } from '../limits.ts';
import type { Instrument } from '../market/instrument.ts';
import type { OrderRules } from '../orders/list.ts';
import { execIdOf } from '../orders/settle/exec-id.ts';
import { type AmendedTrade, type CorrectedTrade, decideAmend, partiesOf } from './decide-amend.ts';
import type { BookedTrade, TradeStore } from './store.ts';

/** What `bustTrade` and `correctTrade` share. */

export interface TradeDeps extends OrderRules {
  lane: Lane;
  store: TradeStore;
  inFlight: InFlight;
  ids: Ids;
}

export interface TradeName {
  executionId?: string | null | undefined;
  tradeId?: string | null | undefined;
}

export interface AmendInput extends TradeName {
  reason: string;
  /** Whether the house makes up for what a side no longer has. */
  coverShortfall?: boolean | null | undefined;
  idempotencyKey?: string | null | undefined;
}

export type Operator = Actor & { userId: string };

/** A trade that somebody named, with its instrument. */
export interface NamedTrade {
  trade: BookedTrade;
  instrument: Instrument;
  field: 'executionId' | 'tradeId';
}

const checkInput = ({ executionId, tradeId, reason, idempotencyKey }: AmendInput): Failure[] => {
  const name =
    (executionId == null) === (tradeId == null)
      ? failure('INVALID_INPUT', 'Give either executionId or tradeId.', 'executionId')
      : undefined;
  const problems = [
    name,
    checkReason(reason, 'reason', limits.text.reason),
    checkKey(idempotencyKey, 'idempotencyKey', limits.text.idempotencyKey),
  ];
  return problems.filter((problem) => problem !== undefined);
};

/** The trade that the input means, by either of its sides or by what they share. */
export const findTrade = async (
  { store, instrumentOf }: TradeDeps,
  input: AmendInput,
): Promise<NamedTrade | { failures: Failure[] }> => {
  const failures = checkInput(input);
  if (failures.length > 0) return { failures };
  const { executionId, tradeId } = input;
  const field = executionId == null ? 'tradeId' : 'executionId';
  const id = (executionId ?? tradeId ?? '').toLowerCase();
  const named = !isUuid(id) ? undefined : executionId == null ? id : await store.tradeIdOf(id);
  const sides = (['BUY', 'SELL'] as const).map((side) => execIdOf({ tradeId: named ?? '' }, side));
  const trade = named === undefined ? undefined : await store.bySides(sides);
  if (trade === undefined) return { failures: [failure('NOT_FOUND', 'The trade does not exist.', field)] };
  return { trade, instrument: instrumentOf(trade.executions[0]?.symbol ?? ''), field };
};

/** Both sides with all that hangs on them: their orders, what they hold, and the lots that come and go. */
const needsOf = ({ trade, instrument }: NamedTrade): Partial<Needs> => {
  const { BUY, SELL } = partiesOf(trade.lines, instrument);
  const { baseAsset, quoteAsset } = instrument;
  const parties = [BUY, SELL];
  const balances = parties.flatMap((accountId) => [baseAsset, quoteAsset].map((asset) => ({ accountId, asset })));
  const held = trade.executions.map(({ accountId, symbol, qty }) => ({ accountId, symbol, qty }));
  const side = (wanted: 'BUY' | 'SELL') => held.filter((_, index) => trade.executions[index]?.side === wanted);
  return {
    accounts: [...parties, house.fees, house.cover],
    balances: [
      ...balances,
      ...parties.flatMap((accountId) => loanBalances(accountId, quoteAsset)),
      { accountId: house.fees, asset: quoteAsset },
      { accountId: house.cover, asset: baseAsset },
    ],
    positions: held,
    orders: trade.executions.map(({ orderId }) => orderId),
    lots: side('BUY'),
    lotIds: trade.executions.filter((row) => row.side === 'BUY').map(({ id }) => id),
    consumedLots: side('SELL'),
    reversals: [trade.entry.id],
  };
};

const revive = (json: { amendedAt: string } & Omit<AmendedTrade, 'amendedAt'>): AmendedTrade => ({
  ...json,
  amendedAt: new Date(json.amendedAt),
});

export interface Amend {
  action: 'bustTrade' | 'correctTrade';
  corrected: CorrectedTrade | null;
  key: IdempotencyKey | undefined;
}

/** The key of an operator's command; `sent` is what it says of the trade in decimals. */
export const amendKey = (
  by: Operator,
  action: Amend['action'],
  { trade }: NamedTrade,
  { reason, coverShortfall, idempotencyKey }: AmendInput,
  sent: readonly (string | null | undefined)[],
): IdempotencyKey | undefined =>
  keyOf(by.userId, action, idempotencyKey, () => {
    const amounts = sent.map((text) => (text == null ? null : shortestDecimal(text)));
    return fingerprintOf(trade.tradeId, reason, ...amounts, ...(coverShortfall === true ? ['covered'] : []));
  });

/** Refuses what a command says of the trade, unless it was carried out under its key before. */
export const refuseAmend = (
  deps: Pick<TradeDeps, 'lane' | 'inFlight'>,
  { trade, instrument }: NamedTrade,
  failures: readonly Failure[],
  key: IdempotencyKey | undefined,
): Promise<Once<AmendedTrade>> => {
  const accounts = Object.values(partiesOf(trade.lines, instrument));
  return refuseUnlessRepeated(deps, failures, { key, accounts, revive });
};

/** One decision in the lane for both sides, once per key, with its line in the audit log. */
export const amendTrade = (
  { lane, inFlight, ids, instrumentOf, rates, hours }: TradeDeps,
  by: Operator,
  named: NamedTrade,
  { reason, coverShortfall }: AmendInput,
  { action, corrected, key }: Amend,
): Promise<Once<AmendedTrade>> => {
  const { trade, instrument, field } = named;
  const covers = coverShortfall === true;
  const auditId = ids.next();
  const rules = { instrumentOf, rates, hours };
  const details = {
    reason,
    ...(covers && { coverShortfall: true }),
    ...(corrected && { price: corrected.price.toString(), qty: corrected.qty.toString(), becomes: corrected.tradeId }),
  };
  return inFlight(key, () =>
    lane.run<Once<AmendedTrade>>({
      needs: { ...needsOf(named), idempotency: key === undefined ? [] : [key] },
      decide: (books, at) =>
        once(books, at, key, revive, () => {
          const answer = decideAmend(books, at, { trade, corrected, reason, covers, field, instrument, rules, ids });
          books.addAudit({ ...auditLine(auditId, at, by, action, trade.tradeId, answer), details });
          return answer;
        }),
    }),
  );
};
