// npm run schema:sql [-- OLD.prisma]: prints the SQL of prisma/schema.prisma, or only what changed since OLD.prisma,
// which is the draft of the next prisma/migrations/<time>_<name>/migration.sql.
import { schemaSql } from './lib/schema-sql.ts';

process.stdout.write(await schemaSql('prisma/schema.prisma', process.argv[2]));
process.exit(0);
