-- CreateEnum
CREATE TYPE "CircuitState" AS ENUM ('CLOSED', 'OPEN', 'HALF_OPEN');

-- CreateTable
CREATE TABLE "circuits" (
    "name" TEXT NOT NULL,
    "state" "CircuitState" NOT NULL DEFAULT 'CLOSED',
    "open_until" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "changed_by" UUID,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "isolated" BOOLEAN NOT NULL DEFAULT false,
    "reason" TEXT,
    "resets" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "circuits_pkey" PRIMARY KEY ("name")
);
