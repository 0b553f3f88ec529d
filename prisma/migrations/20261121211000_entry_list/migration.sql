-- Exits of their own for what an entry filled late are in no list with it, and are to be made smaller with the others where a trade
-- of the entry is taken back. Those that were given before this stay as they are.
ALTER TABLE "orders" ADD COLUMN     "entry_list_id" UUID;

CREATE INDEX "orders_entry_list" ON "orders" ("entry_list_id") WHERE "entry_list_id" IS NOT NULL;
