-- The names that pending replacements will give their orders: nobody else of the account may take one meanwhile.
CREATE INDEX "orders_promised_client_order_id" ON "orders" ("account_id", ("replacement" ->> 'clientOrderId'))
  WHERE "replacement" IS NOT NULL;
