-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "Role" AS ENUM ('USER', 'SUPPORT', 'AUDITOR', 'ADMIN');

-- CreateEnum
CREATE TYPE "UserStatus" AS ENUM ('ACTIVE', 'SUSPENDED', 'CLOSED');

-- CreateEnum
CREATE TYPE "AccountKind" AS ENUM ('CUSTOMER', 'VENUE', 'FEES', 'WORLD');

-- CreateEnum
CREATE TYPE "AccountStatus" AS ENUM ('ACTIVE', 'CLOSED');

-- CreateEnum
CREATE TYPE "InstrumentKind" AS ENUM ('STOCK', 'CRYPTO');

-- CreateEnum
CREATE TYPE "InstrumentStatus" AS ENUM ('TRADING', 'HALTED');

-- CreateEnum
CREATE TYPE "TransferKind" AS ENUM ('DEPOSIT', 'WITHDRAWAL');

-- CreateEnum
CREATE TYPE "EntryKind" AS ENUM ('DEPOSIT', 'WITHDRAWAL', 'TRADE', 'REVERSAL');

-- CreateEnum
CREATE TYPE "OrderSide" AS ENUM ('BUY', 'SELL');

-- CreateEnum
CREATE TYPE "OrderType" AS ENUM ('MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT', 'TRAILING_STOP');

-- CreateEnum
CREATE TYPE "TimeInForce" AS ENUM ('DAY', 'GTC', 'IOC', 'FOK');

-- CreateEnum
CREATE TYPE "OrderStatus" AS ENUM ('PENDING_NEW', 'ACCEPTED', 'NEW', 'PARTIALLY_FILLED', 'FILLED', 'DONE_FOR_DAY', 'CANCELED', 'REPLACED', 'PENDING_CANCEL', 'PENDING_REPLACE', 'REJECTED', 'EXPIRED', 'HELD');

-- CreateEnum
CREATE TYPE "Liquidity" AS ENUM ('MAKER', 'TAKER');

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "username" TEXT NOT NULL,
    "username_key" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_key" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "roles" "Role"[],
    "status" "UserStatus" NOT NULL DEFAULT 'ACTIVE',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "profiles" (
    "user_id" UUID NOT NULL,
    "display_name" TEXT,
    "locale" TEXT,
    "time_zone" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "profiles_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 0,
    "token_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "rotated_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_reason" TEXT,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "actor_id" UUID,
    "action" TEXT NOT NULL,
    "target" TEXT,
    "request_id" UUID NOT NULL,
    "outcome" TEXT NOT NULL,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "assets" (
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "scale" SMALLINT NOT NULL,

    CONSTRAINT "assets_pkey" PRIMARY KEY ("code")
);

-- CreateTable
CREATE TABLE "accounts" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "user_id" UUID,
    "kind" "AccountKind" NOT NULL,
    "currency" TEXT NOT NULL,
    "status" "AccountStatus" NOT NULL DEFAULT 'ACTIVE',
    "event_sequence" BIGINT NOT NULL DEFAULT 0,
    "open_orders" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "accounts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "balances" (
    "account_id" UUID NOT NULL,
    "asset" TEXT NOT NULL,
    "posted" BIGINT NOT NULL,
    "held" BIGINT NOT NULL,
    "may_owe" BOOLEAN NOT NULL,

    CONSTRAINT "balances_pkey" PRIMARY KEY ("account_id","asset")
);

-- CreateTable
CREATE TABLE "journal_entries" (
    "id" UUID NOT NULL,
    "kind" "EntryKind" NOT NULL,
    "reference" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "journal_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "postings" (
    "entry_id" UUID NOT NULL,
    "line" SMALLINT NOT NULL,
    "account_id" UUID NOT NULL,
    "asset" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "balance_after" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "postings_pkey" PRIMARY KEY ("entry_id","line")
);

-- CreateTable
CREATE TABLE "transfers" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "kind" "TransferKind" NOT NULL,
    "asset" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "transfers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "instruments" (
    "symbol" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "InstrumentKind" NOT NULL,
    "base_asset" TEXT NOT NULL,
    "quote_asset" TEXT NOT NULL,
    "price_scale" SMALLINT NOT NULL,
    "tick_size" BIGINT NOT NULL,
    "lot_size" BIGINT NOT NULL,
    "collar_bps" INTEGER NOT NULL,
    "reference_price" BIGINT NOT NULL,
    "status" "InstrumentStatus" NOT NULL DEFAULT 'TRADING',

    CONSTRAINT "instruments_pkey" PRIMARY KEY ("symbol")
);

-- CreateTable
CREATE TABLE "orders" (
    "id" UUID NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "account_id" UUID NOT NULL,
    "client_order_id" TEXT NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "symbol" TEXT NOT NULL,
    "side" "OrderSide" NOT NULL,
    "type" "OrderType" NOT NULL,
    "time_in_force" "TimeInForce" NOT NULL,
    "qty" BIGINT NOT NULL,
    "filled_qty" BIGINT NOT NULL DEFAULT 0,
    "filled_value" BIGINT NOT NULL DEFAULT 0,
    "limit_price" BIGINT,
    "stop_price" BIGINT,
    "worst_price" BIGINT NOT NULL,
    "reserve" BIGINT NOT NULL,
    "reserve_asset" TEXT NOT NULL,
    "fees" BIGINT NOT NULL DEFAULT 0,
    "status" "OrderStatus" NOT NULL,
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "filled_at" TIMESTAMPTZ(3),
    "canceled_at" TIMESTAMPTZ(3),
    "expired_at" TIMESTAMPTZ(3),
    "replaces_id" UUID,
    "replaced_by_id" UUID,

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "executions" (
    "id" UUID NOT NULL,
    "exec_id" TEXT NOT NULL,
    "trade_id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "symbol" TEXT NOT NULL,
    "side" "OrderSide" NOT NULL,
    "qty" BIGINT NOT NULL,
    "price" BIGINT NOT NULL,
    "value" BIGINT NOT NULL,
    "fee" BIGINT NOT NULL,
    "liquidity" "Liquidity" NOT NULL,
    "cum_qty" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "executions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "positions" (
    "account_id" UUID NOT NULL,
    "symbol" TEXT NOT NULL,
    "qty" BIGINT NOT NULL,
    "cost_basis" BIGINT NOT NULL,
    "realized_pnl" BIGINT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "positions_pkey" PRIMARY KEY ("account_id","symbol")
);

-- CreateTable
CREATE TABLE "account_events" (
    "account_id" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_events_pkey" PRIMARY KEY ("account_id","sequence")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "viewer_id" UUID NOT NULL,
    "operation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "answer" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("viewer_id","operation","key")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_number_key" ON "users"("number");

-- CreateIndex
CREATE UNIQUE INDEX "users_username_key_key" ON "users"("username_key");

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key_key" ON "users"("email_key");

-- CreateIndex
CREATE INDEX "users_created_at_id_idx" ON "users"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "sessions_user_id_created_at_idx" ON "sessions"("user_id", "created_at");

-- CreateIndex
CREATE INDEX "audit_entries_created_at_id_idx" ON "audit_entries"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "audit_entries_actor_id_created_at_id_idx" ON "audit_entries"("actor_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "accounts_number_key" ON "accounts"("number");

-- CreateIndex
CREATE INDEX "accounts_user_id_idx" ON "accounts"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "journal_entries_kind_reference_key" ON "journal_entries"("kind", "reference");

-- CreateIndex
CREATE INDEX "postings_account_id_created_at_entry_id_idx" ON "postings"("account_id", "created_at" DESC, "entry_id" DESC);

-- CreateIndex
CREATE INDEX "transfers_account_id_created_at_id_idx" ON "transfers"("account_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "orders_account_id_created_at_id_idx" ON "orders"("account_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "orders_account_id_client_order_id_key" ON "orders"("account_id", "client_order_id");

-- CreateIndex
CREATE UNIQUE INDEX "executions_exec_id_key" ON "executions"("exec_id");

-- CreateIndex
CREATE INDEX "executions_account_id_created_at_id_idx" ON "executions"("account_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "executions_order_id_cum_qty_key" ON "executions"("order_id", "cum_qty");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- AddForeignKey
ALTER TABLE "profiles" ADD CONSTRAINT "profiles_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "balances" ADD CONSTRAINT "balances_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "postings" ADD CONSTRAINT "postings_entry_id_fkey" FOREIGN KEY ("entry_id") REFERENCES "journal_entries"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- From here on: the promises that Prisma's schema cannot say.

-- A customer never owes and never promises what is not there; the house accounts may.
ALTER TABLE "balances"
  ADD CONSTRAINT "balances_held_not_negative" CHECK ("held" >= 0),
  ADD CONSTRAINT "balances_available_not_negative" CHECK ("may_owe" OR "posted" - "held" >= 0);

ALTER TABLE "accounts"
  ADD CONSTRAINT "accounts_customer_has_user" CHECK (("kind" = 'CUSTOMER') = ("user_id" IS NOT NULL)),
  ADD CONSTRAINT "accounts_open_orders_not_negative" CHECK ("open_orders" >= 0);

ALTER TABLE "assets" ADD CONSTRAINT "assets_scale" CHECK ("scale" BETWEEN 0 AND 18);
ALTER TABLE "instruments"
  ADD CONSTRAINT "instruments_sizes_positive" CHECK ("tick_size" > 0 AND "lot_size" > 0 AND "reference_price" > 0),
  ADD CONSTRAINT "instruments_collar" CHECK ("collar_bps" BETWEEN 0 AND 10000);

ALTER TABLE "postings" ADD CONSTRAINT "postings_amount_not_zero" CHECK ("amount" <> 0);
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_amount_positive" CHECK ("amount" > 0);
ALTER TABLE "positions"
  ADD CONSTRAINT "positions_not_negative" CHECK ("qty" >= 0 AND "cost_basis" >= 0);
ALTER TABLE "executions"
  ADD CONSTRAINT "executions_positive" CHECK ("qty" > 0 AND "price" > 0 AND "value" > 0 AND "fee" >= 0 AND "cum_qty" >= "qty");

ALTER TABLE "orders"
  ADD CONSTRAINT "orders_filled_within_qty" CHECK ("qty" > 0 AND "filled_qty" BETWEEN 0 AND "qty"),
  ADD CONSTRAINT "orders_amounts_not_negative" CHECK ("filled_value" >= 0 AND "fees" >= 0 AND "reserve" >= 0 AND "worst_price" >= 0),
  ADD CONSTRAINT "orders_closed_reserve_nothing" CHECK (
    "reserve" = 0 OR "status" NOT IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED')
  );

-- The open orders are few beside the closed ones: what a restart rebuilds the book from, in time priority.
CREATE INDEX "orders_open" ON "orders" ("sequence")
  WHERE "status" NOT IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED');

-- Every entry sums to zero in every asset. Its postings are written by one statement, so one look per statement is enough,
-- and because every later statement must balance by itself, nothing can be added to an entry that would unbalance it.
CREATE FUNCTION "bourse_check_postings"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM "written" GROUP BY "entry_id", "asset" HAVING sum("amount") <> 0) THEN
    RAISE EXCEPTION 'journal entry does not balance' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "postings_balance" AFTER INSERT ON "postings"
  REFERENCING NEW TABLE AS "written" FOR EACH STATEMENT EXECUTE FUNCTION "bourse_check_postings"();

-- What happened is never edited: a mistake is answered by a reversal.
CREATE FUNCTION "bourse_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of append-only table %', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['journal_entries', 'postings', 'transfers', 'executions', 'account_events', 'audit_entries'] LOOP
    EXECUTE format(
      'CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION "bourse_append_only"()',
      name || '_append_only', name);
  END LOOP;
END $$;
