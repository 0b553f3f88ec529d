import { arrayText } from '../database/array-text.ts';
import type { Statement } from './statements.ts';

/** How a list of rows is written: one prepared statement that takes a column an array, as the reads do. */

/**
 * How a column is passed: its type, with a question mark where it may be null, and where the value comes from. `serial` is ours:
 * absent, it is the next value of the column's sequence.
 */
type Column<Row> = [name: string, type: string, value: (row: Row) => unknown];

export interface Write<Row> extends Statement {
  columns: Column<Row>[];
}

const passedAs: Record<string, string> = { bytea: 'text', serial: 'bigint' };

const typeOf = ([, type]: Column<never>): string => type.replace('?', '');
const mayBeNull = ([, type]: Column<never>): boolean => type.endsWith('?') || type === 'serial';

/** JSON comes as one document, which Postgres reads once; everything else as the text of an array. */
const elements = (column: Column<never>, at: number): string => {
  const type = typeOf(column);
  return type === 'jsonb'
    ? `jsonb_array_elements($${at + 1}::jsonb)`
    : `unnest($${at + 1}::${passedAs[type] ?? type}[])`;
};

const fromArrays = <Row>(columns: Column<Row>[]): string =>
  `ROWS FROM (${columns.map((column, at) => elements(column as Column<never>, at)).join(', ')}) AS u(${columns.map(([name]) => name).join(', ')})`;

/** What is missing behind the end of a column is null, or, where nothing may be null, what the column's first row has. */
const filledUp = (column: Column<never>, at: number): string => {
  const [name] = column;
  const type = typeOf(column);
  if (mayBeNull(column)) return type === 'jsonb' ? `nullif(u.${name}, 'null')` : `u.${name}`;
  if (at === 0) return `u.${name}`;
  return type === 'jsonb'
    ? `coalesce(u.${name}, $${at + 1}::jsonb -> 0)`
    : `coalesce(u.${name}, ($${at + 1}::${passedAs[type] ?? type}[])[1])`;
};

const cast = (table: string, column: Column<never>, at: number): string => {
  const [name, type] = [column[0], typeOf(column)];
  const value = filledUp(column, at);
  if (type === 'serial') return `coalesce(${value}, nextval('${table}_${name}_seq'))`;
  return type === 'bytea' ? `decode(${value}, 'hex')` : value;
};

export const insert = <Row>(table: string, columns: Column<Row>[], conflict = ''): Write<Row> => ({
  name: `lane_insert_${table}`,
  text: `INSERT INTO ${table} (${columns.map(([name]) => name).join(', ')})
         SELECT ${columns.map((column, at) => cast(table, column as Column<never>, at)).join(', ')} FROM ${fromArrays(columns)} ${conflict}`,
  columns,
});

/** By the first column. */
export const update = <Row>(table: string, columns: Column<Row>[]): Write<Row> => ({
  name: `lane_update_${table}`,
  text: `UPDATE ${table} AS t SET ${columns
    .map((column, at) => `${column[0]} = ${cast(table, column as Column<never>, at)}`)
    .slice(1)
    .join(', ')} FROM ${fromArrays(columns)} WHERE t.${columns[0]?.[0]} = u.${columns[0]?.[0]}`,
  columns,
});

/** The same time in two objects is the same value. */
const plain = (value: unknown): unknown => (value instanceof Date ? value.getTime() : value);

/**
 * What is passed of a column. The rows of a batch have much in common, and each value that is passed is work for both sides:
 * of a column that says the same in every row only the first is, and nothing of one without values. The first column is
 * passed whole and so says how many rows there are.
 */
const shortened = (column: Column<never>, values: unknown[], at: number): unknown[] => {
  const [first] = values;
  if (at === 0 || (mayBeNull(column) && first !== null)) return values;
  const same = plain(first);
  if (!values.every((value) => plain(value) === same)) return values;
  return mayBeNull(column) ? [] : [first];
};

/** The values of the statement that writes these rows. */
export const valuesOf = <Row>(rows: readonly Row[], { columns }: Write<Row>): string[] =>
  columns.map((given, at) => {
    const column = given as Column<never>;
    const passed = shortened(column, rows.map(given[2]), at);
    return typeOf(column) === 'jsonb' ? `[${passed.map((json) => json ?? 'null').join(',')}]` : arrayText(passed);
  });
