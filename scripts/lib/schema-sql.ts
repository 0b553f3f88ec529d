import { readFileSync } from 'node:fs';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import { type DiffTarget, SchemaEngine } from '@prisma/schema-engine-wasm';

/*
 * The SQL of a Prisma schema by Prisma's own engine, in the form of WebAssembly that comes from npm: the usual form is
 * a binary that Prisma downloads elsewhere. CHECK constraints, triggers and partial indexes are not in its language.
 */

const never = async (): Promise<never> => {
  throw new Error('comparing two schemas needs no database');
};

/** The engine asks for the server's version before it compares two schemas, and for nothing else. */
const connection: SqlDriverAdapter = {
  provider: 'postgres',
  adapterName: 'none',
  queryRaw: async () => ({
    columnNames: ['exists', 'version', 'numeric_version'],
    columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
    rows: [[true, 'PostgreSQL 15.0', 150_000]],
  }),
  executeRaw: never,
  executeScript: never,
  startTransaction: never,
  getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
  dispose: async () => {},
};

const factory: SqlMigrationAwareDriverAdapterFactory = {
  provider: 'postgres',
  adapterName: 'none',
  connect: async () => connection,
  connectToShadowDb: never,
};

const target = (file: string | undefined): DiffTarget =>
  file === undefined
    ? { tag: 'empty' }
    : { tag: 'schemaDatamodel', files: [{ path: file, content: readFileSync(file, 'utf8') }] };

/** What takes a database from one schema (an empty database when absent) to the other. */
export const schemaSql = async (to: string, from?: string): Promise<string> => {
  const engine = await SchemaEngine.new(
    { datamodels: [[to, readFileSync(to, 'utf8')]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(factory),
  );
  const { stdout } = await engine.diff({
    from: target(from),
    to: target(to),
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return stdout ?? '';
};
