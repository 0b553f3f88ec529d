-- CreateTable
-- Each transaction that writes audit lines updates one row: room on the page keeps that update cheap.
CREATE TABLE "audit_strands" (
    "id" SMALLINT NOT NULL,
    "count" BIGINT NOT NULL,
    "head" BYTEA NOT NULL,

    CONSTRAINT "audit_strands_pkey" PRIMARY KEY ("id")
) WITH (fillfactor = 20);
-- Strand 0 holds what was written before there were strands; nothing is added to it.
INSERT INTO "audit_strands" SELECT n, 0, decode(repeat('00', 32), 'hex') FROM generate_series(0, 32) n;

-- CreateTable
-- Tells the seals of one database from those of another.
CREATE TABLE "audit_origin" (
    "one" BOOLEAN NOT NULL DEFAULT true,
    "id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_origin_pkey" PRIMARY KEY ("one")
);
ALTER TABLE "audit_origin" ADD CONSTRAINT "audit_origin_one" CHECK ("one");
CREATE TRIGGER "audit_origin_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_origin"
  FOR EACH STATEMENT EXECUTE FUNCTION "bourse_append_only"();

-- AlterTable
ALTER TABLE "audit_entries" ADD COLUMN "strand" SMALLINT, ADD COLUMN "sequence" BIGINT, ADD COLUMN "hash" BYTEA;

-- The same text as src/audit/chain.ts makes: JSON without spaces, keys of objects in order.
CREATE FUNCTION "bourse_canonical_json"(value jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE jsonb_typeof(value)
    WHEN 'object' THEN (SELECT '{' || coalesce(string_agg(to_json(e.key)::text || ':' || "bourse_canonical_json"(e.value), ',' ORDER BY e.key COLLATE "C"), '') || '}' FROM jsonb_each(value) e)
    WHEN 'array' THEN (SELECT '[' || coalesce(string_agg("bourse_canonical_json"(e.value), ',' ORDER BY e.at), '') || ']' FROM jsonb_array_elements(value) WITH ORDINALITY e(value, at))
    ELSE value::text
  END
$$;
ALTER TABLE "audit_entries" DISABLE TRIGGER "audit_entries_append_only";
DO $$
DECLARE
  line record;
  at bigint := 0;
  last bytea := decode(repeat('00', 32), 'hex');
BEGIN
  FOR line IN SELECT * FROM "audit_entries" ORDER BY "created_at", "id" LOOP
    at := at + 1;
    last := sha256(convert_to(encode(last, 'hex') || '[0,"' || at || '","' || line."id" || '",'
      || (extract(epoch FROM line."created_at") * 1000)::bigint || ','
      || coalesce('"' || line."actor_id" || '"', 'null') || ',' || to_json(line."action")::text || ','
      || coalesce(to_json(line."target")::text, 'null') || ',"' || line."request_id" || '",'
      || to_json(line."outcome")::text || ',' || "bourse_canonical_json"(line."details") || ']', 'UTF8'));
    UPDATE "audit_entries" SET "strand" = 0, "sequence" = at, "hash" = last WHERE "id" = line."id";
  END LOOP;
  UPDATE "audit_strands" SET "count" = at, "head" = last WHERE "id" = 0;
END $$;
ALTER TABLE "audit_entries" ENABLE TRIGGER "audit_entries_append_only";
DROP FUNCTION "bourse_canonical_json";
ALTER TABLE "audit_entries" ALTER COLUMN "strand" SET NOT NULL, ALTER COLUMN "sequence" SET NOT NULL,
  ALTER COLUMN "hash" SET NOT NULL;

-- A strand that nobody else is writing to, locked until the end of the transaction; only when all are taken is there a wait.
CREATE FUNCTION "bourse_audit_strand"() RETURNS "audit_strands" LANGUAGE plpgsql AS $$
DECLARE
  taken "audit_strands";
  -- Drawn once: in the condition it would be drawn anew for every row.
  any_one int := 1 + floor(random() * 32)::int;
BEGIN
  SELECT * INTO taken FROM "audit_strands" WHERE "id" > 0 ORDER BY "id" LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    SELECT * INTO STRICT taken FROM "audit_strands" WHERE "id" = any_one FOR NO KEY UPDATE;
  END IF;
  RETURN taken;
END $$;

-- CreateIndex
CREATE UNIQUE INDEX "audit_entries_strand_sequence_key" ON "audit_entries"("strand", "sequence");

-- CreateIndex
CREATE INDEX "audit_entries_action_created_at_id_idx" ON "audit_entries"("action", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "audit_entries_target_created_at_id_idx" ON "audit_entries"("target", "created_at" DESC, "id" DESC);

-- Most lines say OK: whoever asks for them finds them along any index.
CREATE INDEX "audit_entries_refused" ON "audit_entries"("outcome", "created_at" DESC, "id" DESC) WHERE "outcome" <> 'OK';
