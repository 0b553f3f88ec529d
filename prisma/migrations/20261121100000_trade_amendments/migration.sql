-- AlterTable
ALTER TABLE "executions" ADD COLUMN     "corrects_id" UUID;

-- AlterTable
ALTER TABLE "lots" ADD COLUMN     "busted" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "cost" BIGINT;

-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "busted_qty" BIGINT NOT NULL DEFAULT 0;

-- CreateIndex
CREATE UNIQUE INDEX "executions_corrects_id_key" ON "executions"("corrects_id");

-- From here on: what Prisma's schema cannot say.

ALTER TABLE "executions"
  ADD CONSTRAINT "executions_correction_is_trade" CHECK ("corrects_id" IS NULL OR "kind" = 'TRADE');

ALTER TABLE "orders" ADD CONSTRAINT "orders_busted_not_negative" CHECK ("busted_qty" >= 0);

UPDATE "lots" l SET "cost" = e."value" FROM "executions" e WHERE e."id" = l."id";
ALTER TABLE "lots" ALTER COLUMN "cost" SET NOT NULL;
ALTER TABLE "lots"
  ADD CONSTRAINT "lots_cost_positive" CHECK ("cost" > 0),
  ADD CONSTRAINT "lots_busted_is_empty" CHECK (NOT "busted" OR "leaves_qty" = 0);

-- What sells took, youngest first: what a sell that is taken back gives back to.
CREATE INDEX "lots_consumed" ON "lots" ("account_id", "symbol", "sequence" DESC) WHERE "leaves_qty" < "qty" AND NOT "busted";
