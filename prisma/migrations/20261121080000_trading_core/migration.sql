-- CreateEnum
CREATE TYPE "OrderLeg" AS ENUM ('ENTRY', 'TAKE_PROFIT', 'STOP_LOSS', 'FIRST', 'SECOND');

-- CreateEnum
CREATE TYPE "OrderListType" AS ENUM ('OCO', 'OTO', 'BRACKET');

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
    "account_id" UUID NOT NULL,
    "symbol" TEXT NOT NULL,
    "execution_id" UUID NOT NULL,
    "qty" BIGINT NOT NULL,
    "leaves_qty" BIGINT NOT NULL,
    "leaves_cost" BIGINT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lots_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "order_lists_account_id_created_at_id_idx" ON "order_lists"("account_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "lots_execution_id_key" ON "lots"("execution_id");

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
CREATE INDEX "lots_open" ON "lots" ("account_id", "symbol", "id") WHERE "leaves_qty" > 0;

-- The legs of a list, and the orders that wait for a moment.
CREATE INDEX "orders_list" ON "orders" ("list_id") WHERE "list_id" IS NOT NULL;
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

-- What is held from before becomes one lot a position, at its average cost.
INSERT INTO "lots" ("id", "account_id", "symbol", "execution_id", "qty", "leaves_qty", "leaves_cost", "opened_at")
SELECT "last"."id", p."account_id", p."symbol", "last"."id", p."qty", p."qty", p."cost_basis", p."updated_at"
FROM "positions" p
CROSS JOIN LATERAL (
  SELECT e."id" FROM "executions" e
  WHERE e."account_id" = p."account_id" AND e."symbol" = p."symbol" AND e."side" = 'BUY' ORDER BY e."id" DESC LIMIT 1
) "last"
WHERE p."qty" > 0;
