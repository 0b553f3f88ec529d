-- Where people have signed in from: what tells their own devices from an attacker's.
CREATE TABLE "known_addresses" (
    "user_id" UUID NOT NULL,
    "address" BYTEA NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "known_addresses_pkey" PRIMARY KEY ("user_id","address")
);

ALTER TABLE "known_addresses" ADD CONSTRAINT "known_addresses_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Neither of these is logged: a crash of the database forgets them, which gives away a minute's or a day's budget.
CREATE UNLOGGED TABLE "rate_limits" (
    "key" TEXT NOT NULL,
    "until" BIGINT NOT NULL,
    "current" BIGINT NOT NULL,
    "previous" BIGINT NOT NULL,
    "allowed" BOOLEAN NOT NULL,
    "expires_ms" BIGINT NOT NULL,

    CONSTRAINT "rate_limits_pkey" PRIMARY KEY ("key")
);

CREATE UNLOGGED TABLE "sign_in_failures" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "sign_in_failures_pkey" PRIMARY KEY ("key")
);
