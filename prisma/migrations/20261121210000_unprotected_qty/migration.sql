-- What an entry filled after its exits had begun and that has none yet, because the cancel of one of them is not answered: with
-- the answer it gets its own, or is known to need none.
ALTER TABLE "orders" ADD COLUMN     "unprotected_qty" BIGINT NOT NULL DEFAULT 0;

ALTER TABLE "orders" ADD CONSTRAINT "orders_unprotected_not_negative" CHECK ("unprotected_qty" >= 0);
