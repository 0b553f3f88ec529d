import { connect } from '../../src/database/connect.ts';
import { openDatabase } from '../../src/database/database.ts';
import { type BooksReport, createCheckBooks } from '../../src/ledger/books/check-books.ts';
import { createBooksStore } from '../../src/ledger/books/store.ts';
import type { TestDatabase } from './database.ts';

/** As nobody of the application could: the owner, with the guards of the tables off. */
export const corrupt = async ({ url }: TestDatabase, sql: string): Promise<void> => {
  const client = await connect(url);
  await client.query("SET session_replication_role = 'replica'");
  const { rowCount } = await client.query(sql).finally(() => client.end());
  if (rowCount === 0) throw new Error(`nothing is corrupted by ${sql}`);
};

/** What `npm run books` finds. */
export const booksOfDatabase = async ({ url }: TestDatabase): Promise<BooksReport> => {
  const opened = await openDatabase(url);
  return createCheckBooks(createBooksStore(opened))().finally(opened.close);
};
