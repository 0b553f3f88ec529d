import { afterAll, beforeAll, expect, test } from 'vitest';
import { schemaSql } from '../../scripts/lib/schema-sql.ts';
import { connect } from '../../src/database/connect.ts';
import { type Catalog, catalogOf } from '../support/catalog.ts';
import { emptyDatabase, type TestDatabase, testDatabase } from '../support/database.ts';

/** What the migrations add by hand because Prisma's schema has no words for it. */
const byHand = [
  'constraint accounts.accounts_customer_has_user',
  'constraint accounts.accounts_limits_not_negative',
  'constraint accounts.accounts_open_orders_not_negative',
  'constraint assets.assets_scale',
  'constraint audit_origin.audit_origin_one',
  'constraint balances.balances_available_not_negative',
  'constraint balances.balances_held_not_negative',
  'constraint executions.executions_bust_names_one',
  'constraint executions.executions_correction_is_trade',
  'constraint executions.executions_positive',
  'constraint instruments.instruments_collar',
  'constraint instruments.instruments_sizes_positive',
  'constraint lot_closures.lot_closures_positive',
  'constraint lots.lots_busted_is_empty',
  'constraint lots.lots_cost_positive',
  'constraint lots.lots_within',
  'constraint mails.mails_is_for_somebody',
  'constraint marks.marks_positive',
  'constraint orders.orders_amounts_not_negative',
  'constraint orders.orders_busted_not_negative',
  'constraint orders.orders_closed_reserve_nothing',
  'constraint orders.orders_filled_within_qty',
  'constraint orders.orders_notional_positive',
  'constraint orders.orders_trail',
  'constraint orders.orders_unprotected_not_negative',
  'constraint positions.positions_not_negative',
  'constraint postings.postings_amount_not_zero',
  'constraint transfers.transfers_amount_positive',
  'function bourse_append_only',
  'function bourse_audit_strand',
  'function bourse_check_postings',
  'index audit_entries_refused',
  'index journal_entries_rare',
  'index lots_consumed',
  'index lots_open',
  'index orders_closed',
  'index orders_entry_list',
  'index orders_expiring',
  'index orders_list',
  'index orders_open',
  'index orders_open_of_account',
  'index orders_pending',
  'index orders_promised_client_order_id',
  'index orders_waiting',
  'index postings_rare',
  'index users_email_key_part',
  'index users_username_key_part',
  'trigger account_events.account_events_append_only',
  'trigger audit_entries.audit_entries_append_only',
  'trigger audit_origin.audit_origin_append_only',
  'trigger executions.executions_append_only',
  'trigger journal_entries.journal_entries_append_only',
  'trigger lot_closures.lot_closures_append_only',
  'trigger postings.postings_append_only',
  'trigger postings.postings_balance',
  'trigger transfers.transfers_append_only',
];

const read = async (url: string, sql = ''): Promise<Catalog> => {
  const client = await connect(url);
  try {
    await client.query(sql);
    return await catalogOf(client);
  } finally {
    await client.end();
  }
};

let databases: TestDatabase[];
beforeAll(async () => {
  databases = await Promise.all([testDatabase(), emptyDatabase()]);
});
afterAll(async () => {
  await Promise.all(databases.map((database) => database.close()));
});

test('a database built from the migrations is the one of schema.prisma and what is listed by hand', async () => {
  const migrated = Object.entries(await read(databases[0]!.url)).filter(
    ([name]) => !name.includes('_prisma_migrations'),
  );
  const wanted = await read(databases[1]!.url, await schemaSql('prisma/schema.prisma'));
  const expected = Object.keys(wanted);
  expect(expected.length).toBeGreaterThan(200);
  expect(Object.fromEntries(migrated.filter(([name]) => !byHand.includes(name)))).toEqual(wanted);
  expect(
    migrated
      .map(([name]) => name)
      .filter((name) => !expected.includes(name))
      .sort(),
  ).toEqual(byHand);
});
