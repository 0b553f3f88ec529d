-- An order's place in time at its venue, so that a book comes back with the priorities that it had.
ALTER TABLE "orders" ADD COLUMN "place" BIGINT;
