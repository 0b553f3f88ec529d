-- AlterTable
ALTER TABLE "quotes" ADD COLUMN     "stale" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "venue_sends" (
    "id" UUID NOT NULL,
    "venue" TEXT NOT NULL,
    "sent_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "venue_sends_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "venue_cursors" (
    "venue" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "venue_cursors_pkey" PRIMARY KEY ("venue")
);
