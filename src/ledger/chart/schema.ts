import { AccountKind, ChartType, NormalSide } from '../../database/generated/enums.ts';
import { builder } from '../../graphql/builder.ts';
import type { ChartLine } from './chart.ts';

const ChartLineRef = builder.objectRef<ChartLine>('ChartLine').implement({
  description: 'One line of the chart of accounts; every account belongs to the line of its kind.',
  fields: (t) => ({
    code: t.exposeString('code'),
    name: t.exposeString('name'),
    type: t.field({ type: builder.enumType(ChartType, { name: 'ChartType' }), resolve: ({ type }) => type }),
    normalSide: t.field({
      type: builder.enumType(NormalSide, { name: 'NormalSide' }),
      description: 'A credit, above zero in the ledger, is what the house owes; a debit stands below zero.',
      resolve: ({ normalSide }) => normalSide,
    }),
    accountKind: t.field({
      type: builder.enumType(AccountKind, { name: 'AccountKind' }),
      resolve: ({ kind }) => kind,
    }),
  }),
});

builder.queryFields((t) => ({
  chartOfAccounts: t.field({
    access: { permission: 'ledger:read' },
    type: [ChartLineRef],
    complexity: { field: 1, multiplier: 5 },
    description: 'The lines of the chart of accounts, by code.',
    resolve: (_, __, { services }) => services.ledger.chartOfAccounts(),
  }),
}));
