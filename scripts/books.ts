// npm run books: rebuilds every balance, hold, position and lot from the journal, the executions and the open orders of a
// running system, and lists what differs. Exit code 0: the books are right; 1: they are not; 2: they could not be read.
import { existsSync } from 'node:fs';
import { loadConfig } from '../src/config.ts';
import { openDatabase } from '../src/database/database.ts';
import { runningDatabase } from '../src/database/start.ts';
import { createCheckBooks } from '../src/ledger/books/check-books.ts';
import { createBooksStore } from '../src/ledger/books/store.ts';

const look = async (): Promise<number> => {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const url = runningDatabase(loadConfig(process.env));
  if (url === undefined) throw new Error('no server runs on DATA_DIR; start it, or name a database in DATABASE_URL');
  const database = await openDatabase(url, { connections: 1 });
  try {
    const { executions, differences, truncated } = await createCheckBooks(createBooksStore(database))();
    for (const { check, accountId, subject, expected, found } of differences) {
      console.log(
        `✗ ${check}: ${accountId === null ? '' : `account ${accountId} `}${subject} is ${found}, not ${expected}`,
      );
    }
    if (truncated) console.log('… and more');
    if (differences.length === 0) console.log(`✓ the books are right (${executions} executions gone through again)`);
    return differences.length === 0 ? 0 : 1;
  } finally {
    await database.close();
  }
};

process.exitCode = await look().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 2;
});
