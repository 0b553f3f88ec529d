import { builder } from '../graphql/builder.ts';
import { formatDecimal } from '../kernel/decimal.ts';
import type { PostingRow } from '../lane/rows.ts';
import { averagePrice } from '../market/average.ts';
import type { Preview } from './place/preview.ts';
import { StatusEnum } from './schema-enums.ts';
import { instrumentOf } from './schema-fills.ts';

const PreviewLineRef = builder.objectRef<PostingRow>('PreviewLine').implement({
  description: 'A journal line that would be booked to the account. Amounts are decimals of the asset.',
  fields: (t) => ({
    asset: t.exposeString('asset'),
    amount: t.field({
      type: 'Decimal',
      resolve: ({ amount, asset }, _, { services }) => formatDecimal(amount, services.ledger.scaleOf(asset)),
    }),
    balanceAfter: t.field({
      type: 'Decimal',
      resolve: ({ balanceAfter, asset }, _, { services }) =>
        formatDecimal(balanceAfter, services.ledger.scaleOf(asset)),
    }),
  }),
});

export const OrderPreviewRef = builder.objectRef<Preview>('OrderPreview').implement({
  description: 'Money is in the quote asset of the instrument, the hold in the asset that the order reserves.',
  fields: (t) => ({
    hold: t.field({
      type: 'Decimal',
      description: 'What the order would hold back when it is accepted; 0 of a repeat, by which nothing happens.',
      resolve: ({ hold, order }, _, { services }) => formatDecimal(hold, services.ledger.scaleOf(order.reserveAsset)),
    }),
    holdAsset: t.string({ resolve: ({ order }) => order.reserveAsset }),
    status: t.field({
      type: StatusEnum,
      description:
        'What the order would be once its venue has it: resting, filled or over. A repeat of a clientOrderId or an idempotencyKey shows what ' +
        '`placeOrder` would answer: the order that is there.',
      resolve: ({ order }) => order.status,
    }),
    reason: t.string({
      nullable: true,
      description: 'Why it would be over without being filled, as Order.reason would say it.',
      resolve: ({ order }) => order.reason,
    }),
    filledQty: t.field({
      type: 'Decimal',
      resolve: ({ order }, _, context) => formatDecimal(order.filledQty, instrumentOf(order.symbol, context).baseScale),
    }),
    averagePrice: t.field({
      type: 'Decimal',
      nullable: true,
      description: 'Of what would fill at once; null when nothing would.',
      resolve: ({ order }, _, context) =>
        order.filledQty === 0n
          ? null
          : averagePrice(order.filledValue, order.filledQty, instrumentOf(order.symbol, context)),
    }),
    fee: t.field({
      type: 'Decimal',
      resolve: ({ order }, _, context) => formatDecimal(order.fees, instrumentOf(order.symbol, context).quoteScale),
    }),
    buyingPower: t.field({
      type: 'Decimal',
      description:
        'Cash available once the venue has done with the order what it can at once: what would rest keeps its hold.',
      resolve: ({ buyingPower, order }, _, context) =>
        formatDecimal(buyingPower, instrumentOf(order.symbol, context).quoteScale),
    }),
    lines: t.field({ type: [PreviewLineRef], resolve: ({ lines }) => lines }),
  }),
});
