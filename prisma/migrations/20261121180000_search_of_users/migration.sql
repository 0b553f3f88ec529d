-- A part of a name or of an address is found by its groups of three letters. The extension comes with Postgres, and whoever owns
-- the database may take it in. Where it is missing or may not be taken in, a search reads the users one after the other, as before.
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX "users_username_key_part" ON "users" USING gin ("username_key" gin_trgm_ops);
  CREATE INDEX "users_email_key_part" ON "users" USING gin ("email_key" gin_trgm_ops);
EXCEPTION
  WHEN insufficient_privilege OR feature_not_supported OR undefined_file THEN
    RAISE NOTICE 'pg_trgm cannot be taken in (%): searches of users have no index', SQLERRM;
END $$;
