-- Whose rows are whose, in the words of the database. Once row security is on, a role without a policy sees nothing. The
-- roles themselves belong to the cluster: database/role.ts gives the application's role its policy for everything, and lets
-- the viewers' role read the tables that have "own_rows". The owner of the tables is not concerned.
DO $$
DECLARE
  name text;
  viewer CONSTANT text := $q$nullif(current_setting('bourse.viewer', true), '')::uuid$q$;
  -- Found out once a statement, whatever the number of rows.
  accounts CONSTANT text := format('"account_id" = ANY (ARRAY(SELECT "id" FROM "accounts" WHERE "user_id" = %s))', viewer);
BEGIN
  -- Nobody reads these on behalf of a customer: names and hashes, what staff does, what makes an answer repeatable.
  FOREACH name IN ARRAY ARRAY['users', 'sessions', 'known_addresses', 'audit_entries', 'kill_switches', 'idempotency_keys', 'lot_closures'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
  END LOOP;

  FOREACH name IN ARRAY ARRAY['accounts', 'profiles'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY "own_rows" ON %I FOR SELECT USING ("user_id" = %s)', name, viewer);
  END LOOP;

  FOREACH name IN ARRAY ARRAY['balances', 'postings', 'transfers', 'orders', 'order_lists', 'executions', 'positions', 'lots',
                              'account_events', 'cancel_deadlines'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY "own_rows" ON %I FOR SELECT USING (%s)', name, accounts);
  END LOOP;
END $$;

-- An entry is shown to whoever is shown one of its lines.
ALTER TABLE "journal_entries" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_rows" ON "journal_entries" FOR SELECT
  USING (EXISTS (SELECT FROM "postings" p WHERE p."entry_id" = "journal_entries"."id"));

-- Servers that run while this is applied must not miss a row: database/role.ts comes after it.
DO $$
DECLARE name text;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bourse_app') THEN RETURN; END IF;
  FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity LOOP
    EXECUTE format('CREATE POLICY "everything" ON %I TO bourse_app USING (true)', name);
  END LOOP;
END $$;
