-- Mail that is still to be sent, and the links that reset a forgotten password.
CREATE TYPE "MailKind" AS ENUM ('PASSWORD_RESET', 'PASSWORD_CHANGED', 'NAMES_CHANGED');

CREATE TABLE "mails" (
    "id" UUID NOT NULL,
    "kind" "MailKind" NOT NULL,
    "user_id" UUID,
    "email_key" TEXT,
    "recipient" TEXT,
    "request_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "mails_pkey" PRIMARY KEY ("id"),
    -- Somebody is named: by the address that was asked for, or as a user.
    CONSTRAINT "mails_is_for_somebody" CHECK (num_nonnulls("user_id", "email_key") = 1)
);

-- However often an address is asked for, one mail waits. Those without one are never the same.
CREATE UNIQUE INDEX "mails_email_key_key" ON "mails"("email_key");
CREATE INDEX "mails_due_at_idx" ON "mails"("due_at");
CREATE INDEX "mails_user_id_idx" ON "mails"("user_id");

CREATE TABLE "password_resets" (
    "user_id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "bound_to" BYTEA NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "password_resets_pkey" PRIMARY KEY ("user_id")
);

CREATE UNIQUE INDEX "password_resets_token_hash_key" ON "password_resets"("token_hash");

ALTER TABLE "mails" ADD CONSTRAINT "mails_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "password_resets" ADD CONSTRAINT "password_resets_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Nobody reads these on behalf of a customer.
ALTER TABLE "mails" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "password_resets" ENABLE ROW LEVEL SECURITY;

-- Servers that run while this is applied must not miss a row: database/role.ts comes after it.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bourse_app') THEN RETURN; END IF;
  CREATE POLICY "everything" ON "mails" TO bourse_app USING (true);
  CREATE POLICY "everything" ON "password_resets" TO bourse_app USING (true);
END $$;
