import { viewerOf } from '../../graphql/actor.ts';
import { builder } from '../../graphql/builder.ts';
import { formatDecimal } from '../../kernel/decimal.ts';
import type { PastBalance } from './store.ts';

const PastBalanceRef = builder.objectRef<PastBalance>('PastBalance').implement({
  description: 'How much of one asset an account had at an instant, as a decimal of the asset.',
  fields: (t) => ({
    asset: t.exposeString('asset'),
    posted: t.field({
      type: 'Decimal',
      description: 'The sum of the account’s postings in this asset until then.',
      resolve: ({ asset, posted }, _, { services }) => formatDecimal(posted, services.ledger.scaleOf(asset)),
    }),
  }),
});

builder.queryFields((t) => ({
  balances: t.field({
    access: 'signedIn',
    type: [PastBalanceRef],
    complexity: { field: 1, multiplier: 10 },
    description:
      'What an account had at an instant, by asset; empty for an account that is not the viewer’s. ' +
      'Errors: BAD_USER_INPUT when the instant is in the future.',
    args: {
      accountId: t.arg.id({
        description: 'The viewer’s only account when absent; any with the permission ledger:read.',
      }),
      asOf: t.arg({ type: 'DateTime', description: 'Now when absent; this instant is included.' }),
    },
    resolve: (_, { accountId, asOf }, context) =>
      context.services.ledger.balancesAt(viewerOf(context), accountId, asOf),
  }),
}));
