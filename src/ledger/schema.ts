import './books/schema.ts';
import './chart/schema.ts';
import './history/schema.ts';
import './journal/schema.ts';
import './statement/schema.ts';
import './schema-accounts.ts';
import './schema-positions.ts';
import './schema-transfers.ts';
