-- The closed orders of one account, for every filter that a list can have: one look-up for each instrument, side and status
-- that is meant, however many orders lie between. An order enters when it is closed, so placing one costs nothing.
CREATE INDEX "orders_closed" ON "orders" ("account_id", "symbol", "side", "status", "created_at" DESC, "id" DESC)
  WHERE "status" IN ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED');
