-- An order that was filled in the batch that added it was written without the time: it was filled with its last trade. A
-- correction stands in a trade's place, later; it fills nothing.
UPDATE "orders" o SET "filled_at" = (
  SELECT max(e."created_at") FROM "executions" e WHERE e."order_id" = o."id" AND e."kind" = 'TRADE' AND e."corrects_id" IS NULL
) WHERE o."status" = 'FILLED' AND o."filled_at" IS NULL;
