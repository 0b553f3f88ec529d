-- What the house covers for customers: cash that a late fill, or a correction, takes and that is not there any more.
-- AlterEnum
ALTER TYPE "AccountKind" ADD VALUE 'COVER';

-- AlterEnum
ALTER TYPE "EntryKind" ADD VALUE 'COVER';
ALTER TYPE "EntryKind" ADD VALUE 'REPAYMENT';
