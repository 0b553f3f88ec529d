import { actorOf } from '../graphql/actor.ts';
import { builder } from '../graphql/builder.ts';
import { answerOnce } from '../graphql/idempotent.ts';
import { payloadOf } from '../graphql/user-error.ts';
import { JournalEntryRef } from '../ledger/journal/schema.ts';
import type { AmendedTrade } from './decide-amend.ts';

const AmendmentRef = builder.objectRef<AmendedTrade>('TradeAmendment').implement({
  description: 'What became of a trade that an operator busted or corrected.',
  fields: (t) => ({
    tradeId: t.exposeID('tradeId', { description: 'The trade that is void.' }),
    correctedTradeId: t.exposeID('correctedTradeId', {
      nullable: true,
      description: 'The trade that stands in its place; null when it was busted. It can be amended in its turn.',
    }),
    amendedAt: t.field({ type: 'DateTime', resolve: ({ amendedAt }) => amendedAt }),
    entries: t.field({
      type: [JournalEntryRef],
      complexity: { field: 1, multiplier: 2 },
      description: 'What was booked: the REVERSAL of the trade’s entry, then the corrected trade’s entry.',
      resolve: ({ entryIds }, _, { services }) => services.trades.entries(entryIds),
    }),
  }),
});

const TradeAmendmentPayload = payloadOf('TradeAmendmentPayload', 'amendment', AmendmentRef);

const EXECUTION = 'A fill of either side. Give this or tradeId.';
const REASON = 'For the audit log; up to 256 characters on one line.';
const COVER =
  'Whether the house makes up for what a side no longer has: it lends the cash (Account.owed), and sells the units at the price of ' +
  'the trade, by an order with the reason BUY_IN. When absent or false, the amendment is refused with INSUFFICIENT_FUNDS.';
const KEY = 'Repeats with the same key and input have one effect and one answer.';

const BustTradeInput = builder.inputType('BustTradeInput', {
  fields: (t) => ({
    executionId: t.id({ description: EXECUTION }),
    tradeId: t.id({ description: 'As fills and the journal’s references have it.' }),
    reason: t.string({ required: true, description: REASON }),
    coverShortfall: t.boolean({ description: COVER }),
    idempotencyKey: t.string({ description: KEY }),
  }),
});

const CorrectTradeInput = builder.inputType('CorrectTradeInput', {
  description: 'At least one of price and qty, other than it was.',
  fields: (t) => ({
    executionId: t.id({ description: EXECUTION }),
    tradeId: t.id({ description: 'As fills and the journal’s references have it.' }),
    price: t.field({
      type: 'Decimal',
      description:
        'In the quote asset, a multiple of the tick size, within the limits, or the cash, of both orders; as it was when absent.',
    }),
    qty: t.field({
      type: 'Decimal',
      description:
        'In units of the base asset, a multiple of the lot size, at most what was executed; as it was when absent.',
    }),
    reason: t.string({ required: true, description: REASON }),
    coverShortfall: t.boolean({ description: COVER }),
    idempotencyKey: t.string({ description: KEY }),
  }),
});

const operator = { permission: 'ledger:operate' } as const;
const EFFECT =
  'Both sides in one step: the opposite of its entry is posted now and nothing of the past is rewritten; balances, fees, lots ' +
  'and profit become what the other trades make. What was executed is not worked again: an open order goes on with what it ' +
  'leaves, its qty is restated; the exits of an entry become as small as what it has left, or end with ENTRY_CLOSED; a FILLED order ' +
  'becomes CANCELED with the reason ';

builder.mutationFields((t) => ({
  bustTrade: t.field({
    access: operator,
    type: TradeAmendmentPayload,
    description:
      `Declares a trade void, once (FIX ExecType TRADE_CANCEL). ${EFFECT}TRADE_BUSTED; other final orders stay as they ended. ` +
      'Errors: NOT_FOUND, TRADE_ALREADY_BUSTED, INSUFFICIENT_FUNDS when the BUYER has the units, or the SELLER the cash, no ' +
      'longer available (cancel the orders that hold it, or have the house cover it), INVALID_INPUT, IDEMPOTENCY_*.',
    args: { input: t.arg({ type: BustTradeInput, required: true }) },
    resolve: (_, { input }, context) =>
      answerOnce(context, input, (asked) => context.services.trades.bust(actorOf(context), asked)),
  }),
  correctTrade: t.field({
    access: operator,
    type: TradeAmendmentPayload,
    description:
      `Books a trade at its true price or quantity (FIX ExecType TRADE_CORRECT), fees by the rates of the trade. ${EFFECT}` +
      'TRADE_CORRECTED when less of it is filled. Errors: as bustTrade, and INVALID_PRICE, INVALID_QUANTITY.',
    args: { input: t.arg({ type: CorrectTradeInput, required: true }) },
    resolve: (_, { input }, context) =>
      answerOnce(context, input, (asked) => context.services.trades.correct(actorOf(context), asked)),
  }),
}));
