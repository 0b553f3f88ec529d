-- The rate of an execution's fee, so that a correction is charged by it; NULL for those of before, whose fees tell it nearly.
ALTER TABLE "executions" ADD COLUMN "fee_bps" INTEGER;

-- The highest rate that an order's fills may cost, which is what it holds back for; NULL for orders of before: today's.
ALTER TABLE "orders" ADD COLUMN "fee_bps" INTEGER;
