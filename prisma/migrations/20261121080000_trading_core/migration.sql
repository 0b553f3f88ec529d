-- CreateEnum
CREATE TYPE "OrderLeg" AS ENUM ('ENTRY', 'TAKE_PROFIT', 'STOP_LOSS', 'FIRST', 'SECOND');

-- CreateEnum
CREATE TYPE "OrderListType" AS ENUM ('OCO', 'OTO', 'BRACKET');

-- CreateEnum
CREATE TYPE "ExecutionKind" AS ENUM ('TRADE', 'BUST');

-- CreateEnum
CREATE TYPE "ChartType" AS ENUM ('ASSET', 'LIABILITY', 'EQUITY', 'INCOME');

-- CreateEnum
CREATE TYPE "NormalSide" AS ENUM ('DEBIT', 'CREDIT');

-- AlterTable
ALTER TABLE "accounts" ADD COLUMN     "booked_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "postings" ADD COLUMN     "kind" "EntryKind",
ADD COLUMN     "sequence" BIGSERIAL NOT NULL;

-- AlterTable
ALTER TABLE "executions" ADD COLUMN     "busts_id" UUID,
ADD COLUMN     "kind" "ExecutionKind" NOT NULL DEFAULT 'TRADE',
ADD COLUMN     "position_cost" BIGINT,
ADD COLUMN     "position_pnl" BIGINT,
ADD COLUMN     "position_qty" BIGINT,
ADD COLUMN     "sequence" BIGSERIAL NOT NULL;

-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "leg" "OrderLeg",
ADD COLUMN     "list_id" UUID,
ADD COLUMN     "notional" BIGINT,
ADD COLUMN     "pending_since" TIMESTAMPTZ(3),
ADD COLUMN     "post_only" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "replacement" JSONB,
ADD COLUMN     "root_order_id" UUID,
ADD COLUMN     "trail_bps" INTEGER,
ADD COLUMN     "trail_peak" BIGINT,
ADD COLUMN     "trail_price" BIGINT,
ADD COLUMN     "triggered_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "order_lists" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "type" "OrderListType" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "order_lists_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "lots" (
    "id" UUID NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "account_id" UUID NOT NULL,
    "symbol" TEXT NOT NULL,
    "qty" BIGINT NOT NULL,
    "leaves_qty" BIGINT NOT NULL,
    "leaves_cost" BIGINT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lots_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "lot_closures" (
    "execution_id" UUID NOT NULL,
    "lot_id" UUID NOT NULL,
    "qty" BIGINT NOT NULL,
    "cost" BIGINT NOT NULL,

    CONSTRAINT "lot_closures_pkey" PRIMARY KEY ("execution_id","lot_id")
);

-- CreateTable
CREATE TABLE "marks" (
    "symbol" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "price" BIGINT NOT NULL,

    CONSTRAINT "marks_pkey" PRIMARY KEY ("symbol","at")
);

-- CreateTable
CREATE TABLE "chart_lines" (
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" "ChartType" NOT NULL,
    "normal_side" "NormalSide" NOT NULL,
    "kind" "AccountKind" NOT NULL,

    CONSTRAINT "chart_lines_pkey" PRIMARY KEY ("code")
);

-- DropIndex
DROP INDEX "executions_order_id_cum_qty_key";

-- DropIndex
DROP INDEX "postings_account_id_created_at_entry_id_idx";

-- CreateIndex
CREATE INDEX "order_lists_account_id_created_at_id_idx" ON "order_lists"("account_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "chart_lines_kind_key" ON "chart_lines"("kind");

-- CreateIndex
CREATE INDEX "journal_entries_created_at_id_idx" ON "journal_entries"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "postings_account_id_created_at_sequence_idx" ON "postings"("account_id", "created_at" DESC, "sequence" DESC);

-- CreateIndex
CREATE INDEX "postings_account_id_asset_created_at_sequence_idx" ON "postings"("account_id", "asset", "created_at" DESC, "sequence" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "executions_busts_id_key" ON "executions"("busts_id");

-- CreateIndex
CREATE INDEX "executions_order_id_sequence_idx" ON "executions"("order_id", "sequence");

-- CreateIndex
CREATE INDEX "executions_account_id_symbol_created_at_sequence_idx" ON "executions"("account_id", "symbol", "created_at" DESC, "sequence" DESC);

-- CreateEnum
CREATE TYPE "KillSwitchScope" AS ENUM ('ACCOUNT', 'INSTRUMENT', 'VENUE');

-- AlterTable
ALTER TABLE "accounts" ADD COLUMN     "max_daily_notional" BIGINT,
ADD COLUMN     "max_open_orders" INTEGER,
ADD COLUMN     "max_order_value" BIGINT,
ADD COLUMN     "notional_day" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "notional_used" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "trading_blocked" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "kill_switches" (
    "scope" "KillSwitchScope" NOT NULL,
    "target" TEXT NOT NULL,
    "cancel_open_orders" BOOLEAN NOT NULL,
    "reason" TEXT NOT NULL,
    "engaged_by" UUID NOT NULL,
    "engaged_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "kill_switches_pkey" PRIMARY KEY ("scope","target")
);

-- CreateTable
CREATE TABLE "cancel_deadlines" (
    "account_id" UUID NOT NULL,
    "deadline" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "cancel_deadlines_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "settings" (
    "name" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "settings_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "cancel_deadlines_deadline_idx" ON "cancel_deadlines"("deadline");

-- CreateTable: not logged, since it is written anew whenever a process takes the venue.
CREATE UNLOGGED TABLE "quotes" (
    "symbol" TEXT NOT NULL,
    "bid" BIGINT,
    "ask" BIGINT,
    "bid_size" BIGINT NOT NULL,
    "ask_size" BIGINT NOT NULL,
    "last" BIGINT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "quotes_pkey" PRIMARY KEY ("symbol")
);

-- From here on: what Prisma's schema cannot say.

-- Orders from before are the roots of their own chains.
UPDATE "orders" SET "root_order_id" = "id";
ALTER TABLE "orders" ALTER COLUMN "root_order_id" SET NOT NULL;

ALTER TABLE "orders"
  ADD CONSTRAINT "orders_trail" CHECK (
    ("trail_price" IS NULL OR "trail_price" > 0) AND ("trail_bps" IS NULL OR "trail_bps" BETWEEN 1 AND 9999)
    AND ("trail_price" IS NULL OR "trail_bps" IS NULL)
  ),
  ADD CONSTRAINT "orders_notional_positive" CHECK ("notional" IS NULL OR "notional" > 0);

ALTER TABLE "lots"
  ADD CONSTRAINT "lots_within" CHECK ("qty" > 0 AND "leaves_qty" BETWEEN 0 AND "qty" AND "leaves_cost" >= 0);

-- The open lots of a position, oldest first: what a sell takes from.
CREATE INDEX "lots_open" ON "lots" ("account_id", "symbol", "sequence") WHERE "leaves_qty" > 0;

ALTER TABLE "lot_closures" ADD CONSTRAINT "lot_closures_positive" CHECK ("qty" > 0 AND "cost" >= 0);
ALTER TABLE "marks" ADD CONSTRAINT "marks_positive" CHECK ("price" > 0);
CREATE TRIGGER "lot_closures_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "lot_closures"
  FOR EACH STATEMENT EXECUTE FUNCTION "bourse_append_only"();

ALTER TABLE "executions" DROP CONSTRAINT "executions_positive";
ALTER TABLE "executions"
  ADD CONSTRAINT "executions_positive" CHECK (
    "qty" > 0 AND "price" > 0 AND "value" > 0 AND "fee" >= 0 AND "cum_qty" >= CASE "kind" WHEN 'TRADE' THEN "qty" ELSE 0 END
  ),
  ADD CONSTRAINT "executions_bust_names_one" CHECK (("kind" = 'BUST') = ("busts_id" IS NOT NULL));

-- Entries that are no trades are few: a list of one kind costs the same however many trades lie between.
CREATE INDEX "journal_entries_rare" ON "journal_entries" ("kind", "created_at" DESC, "id" DESC) WHERE "kind" <> 'TRADE';
CREATE INDEX "postings_rare" ON "postings" ("account_id", "kind", "created_at" DESC, "sequence" DESC) WHERE "kind" <> 'TRADE';

-- The legs of a list, and the orders that wait for a moment.
CREATE INDEX "orders_list" ON "orders" ("list_id") WHERE "list_id" IS NOT NULL;
CREATE INDEX "orders_pending" ON "orders" ("sequence") WHERE "status" IN ('PENDING_NEW', 'PENDING_CANCEL', 'PENDING_REPLACE');
CREATE INDEX "orders_expiring" ON "orders" ("expires_at")
  WHERE "expires_at" IS NOT NULL AND "status" NOT IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED');

-- The open orders of one account: its mass cancel costs what they are, not what all accounts or all times hold.
CREATE INDEX "orders_open_of_account" ON "orders" ("account_id", "sequence")
  WHERE "status" NOT IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED');

-- The orders that wait for their market to open, in the order in which it will get them.
CREATE INDEX "orders_waiting" ON "orders" ("sequence") WHERE "status" IN ('ACCEPTED', 'DONE_FOR_DAY');

ALTER TABLE "accounts"
  ADD CONSTRAINT "accounts_limits_not_negative" CHECK (
    "max_order_value" >= 0 AND "max_open_orders" >= 0 AND "max_daily_notional" >= 0 AND "notional_used" >= 0
  );

-- What was booked before gets what is written with it from now on. No fact is changed, so the guards may look away.
ALTER TABLE "postings" DISABLE TRIGGER "postings_append_only";
UPDATE "postings" p SET "kind" = e."kind" FROM "journal_entries" e WHERE e."id" = p."entry_id";
ALTER TABLE "postings" ENABLE TRIGGER "postings_append_only";
ALTER TABLE "postings" ALTER COLUMN "kind" SET NOT NULL;
UPDATE "accounts" a SET "booked_at" = (SELECT max("created_at") FROM "postings" p WHERE p."account_id" = a."id");

-- Positions were kept at average cost; lots are made of their executions, oldest first, as a fill makes them from now on.
ALTER TABLE "executions" DISABLE TRIGGER "executions_append_only";
DO $$
DECLARE
  held record; fill record; lot record;
  units bigint; paid bigint; gained bigint; rest bigint; part bigint; part_cost bigint;
BEGIN
  FOR held IN SELECT "account_id", "symbol" FROM "positions" LOOP
    units := 0; paid := 0; gained := 0;
    FOR fill IN SELECT * FROM "executions" e
      WHERE e."account_id" = held."account_id" AND e."symbol" = held."symbol" ORDER BY e."sequence" LOOP
      IF fill."side" = 'BUY' THEN
        INSERT INTO "lots" ("id", "account_id", "symbol", "qty", "leaves_qty", "leaves_cost", "opened_at")
        VALUES (fill."id", fill."account_id", fill."symbol", fill."qty", fill."qty", fill."value", fill."created_at");
        units := units + fill."qty"; paid := paid + fill."value";
      ELSE
        rest := fill."qty"; units := units - fill."qty"; gained := gained + fill."value";
        FOR lot IN SELECT * FROM "lots" l
          WHERE l."account_id" = held."account_id" AND l."symbol" = held."symbol" AND l."leaves_qty" > 0 ORDER BY l."sequence" LOOP
          EXIT WHEN rest = 0;
          part := least(rest, lot."leaves_qty");
          part_cost := div(lot."leaves_cost"::numeric * part, lot."leaves_qty");
          UPDATE "lots" SET "leaves_qty" = "leaves_qty" - part, "leaves_cost" = "leaves_cost" - part_cost WHERE "id" = lot."id";
          INSERT INTO "lot_closures" ("execution_id", "lot_id", "qty", "cost") VALUES (fill."id", lot."id", part, part_cost);
          rest := rest - part; paid := paid - part_cost; gained := gained - part_cost;
        END LOOP;
      END IF;
      UPDATE "executions" SET "position_qty" = units, "position_cost" = paid, "position_pnl" = gained WHERE "id" = fill."id";
    END LOOP;
    UPDATE "positions" SET "cost_basis" = paid, "realized_pnl" = gained
    WHERE "account_id" = held."account_id" AND "symbol" = held."symbol";
  END LOOP;
END $$;
ALTER TABLE "executions" ENABLE TRIGGER "executions_append_only";
ALTER TABLE "executions"
  ALTER COLUMN "position_qty" SET NOT NULL,
  ALTER COLUMN "position_cost" SET NOT NULL,
  ALTER COLUMN "position_pnl" SET NOT NULL;
