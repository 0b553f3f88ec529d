import { csvLine, textCell } from '../../kernel/csv.ts';
import { formatDecimal } from '../../kernel/decimal.ts';

/** A statement as a file, made piece by piece: its beginning, any number of movements, its end. */

export interface Period {
  /** Inclusive. */
  from: Date;
  /** Exclusive. */
  to: Date;
}

export interface Movement {
  createdAt: Date;
  sequence: bigint;
  entryId: string;
  line: number;
  kind: string;
  reference: string;
  asset: string;
  amount: bigint;
  balanceAfter: bigint;
}

interface Amount {
  asset: string;
  posted: bigint;
}

interface Document {
  begin(opening: readonly Amount[]): string;
  /** `first`: nothing moved before these. */
  movements(rows: readonly Movement[], first: boolean): string;
  end(closing: readonly Amount[]): string;
}

interface Subject extends Period {
  accountId: string;
  scaleOf(asset: string): number;
}

const columns = ['record', 'time', 'sequence', 'entryId', 'line', 'kind', 'reference', 'asset', 'amount', 'balance'];

const csv = ({ from, to, scaleOf }: Subject): Document => {
  const decimal = (asset: string, units: bigint): string => formatDecimal(units, scaleOf(asset));
  const balances = (record: string, at: Date, amounts: readonly Amount[]): string =>
    amounts
      .map(({ asset, posted }) =>
        csvLine([record, at.toISOString(), '', '', '', '', '', textCell(asset), '', decimal(asset, posted)]),
      )
      .join('');
  const movement = (row: Movement): string =>
    csvLine([
      'movement',
      row.createdAt.toISOString(),
      String(row.sequence),
      row.entryId,
      String(row.line),
      textCell(row.kind),
      row.reference,
      textCell(row.asset),
      decimal(row.asset, row.amount),
      decimal(row.asset, row.balanceAfter),
    ]);
  return {
    begin: (opening) => csvLine(columns) + balances('opening', from, opening),
    movements: (rows) => rows.map(movement).join(''),
    end: (closing) => balances('closing', to, closing),
  };
};

const json = ({ accountId, from, to, scaleOf }: Subject): Document => {
  const decimal = (asset: string, units: bigint): string => formatDecimal(units, scaleOf(asset));
  const balances = (amounts: readonly Amount[]): string =>
    JSON.stringify(amounts.map(({ asset, posted }) => ({ asset, balance: decimal(asset, posted) })));
  const movement = (row: Movement): string =>
    JSON.stringify({
      time: row.createdAt,
      sequence: String(row.sequence),
      entryId: row.entryId,
      line: row.line,
      kind: row.kind,
      reference: row.reference,
      asset: row.asset,
      amount: decimal(row.asset, row.amount),
      balance: decimal(row.asset, row.balanceAfter),
    });
  const head = JSON.stringify({ accountId, from, to }).slice(0, -1);
  return {
    begin: (opening) => `${head},\n"opening":${balances(opening)},\n"movements":[\n`,
    movements: (rows, first) => (rows.length === 0 ? '' : (first ? '' : ',\n') + rows.map(movement).join(',\n')),
    end: (closing) => `\n],\n"closing":${balances(closing)}}\n`,
  };
};

export const formats = {
  csv: { mediaType: 'text/csv; charset=utf-8; header=present', document: csv },
  json: { mediaType: 'application/json; charset=utf-8', document: json },
} as const;

export type ExportFormat = keyof typeof formats;

/** Letters, digits and hyphens only, whatever system the file is saved on. */
export const fileNameOf = ({ accountId, from, to }: Period & { accountId: string }, format: ExportFormat): string => {
  const compact = (at: Date): string => at.toISOString().replace(/[-:.]/g, '');
  return `statement-${accountId}-${compact(from)}-${compact(to)}.${format}`;
};
