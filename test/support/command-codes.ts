import { readdirSync, readFileSync } from 'node:fs';
import { catalogue } from '../../src/errors.ts';

/** Where commands on orders, money and controls are decided; what only reads or describes the API is left out. */
const ordering = ['orders', ...['place', 'change', 'settle', 'venue'].map((part) => `orders/${part}`)];
const folders = [...ordering, 'venues/foresight', 'ledger', 'trades', 'controls', 'idempotency', 'lane', 'kernel'];

const files = folders.flatMap((folder) => readdirSync(`src/${folder}`).map((name) => `src/${folder}/${name}`));
const text = [...files, 'src/market/instrument.ts']
  .filter((file) => /\.ts$/.test(file) && !/(schema[^/]*|reader)\.ts$/.test(file))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');

/** Every code of the catalogue that such a command can answer with: those that its sources name. */
export const commandCodes = Object.keys(catalogue).filter((code) => text.includes(`'${code}'`));
