import type { Command } from '../../audit/command.ts';
import type { Sight } from '../../database/viewers.ts';
import { failure, RefusedError } from '../../errors.ts';
import type { Clock } from '../../kernel/clock.ts';
import { isUuid } from '../../kernel/ids.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';
import { createSlots } from '../../kernel/slots.ts';
import { limits } from '../../limits.ts';
import type { AccountFinder } from '../accounts.ts';
import { justBefore } from '../history/past-balances.ts';
import type { HistoryStore } from '../history/store.ts';
import { type Reader, readableAccount, sightOf } from '../reader.ts';
import type { LedgerStore } from '../store.ts';
import { type ExportFormat, fileNameOf, formats, type Movement, type Period } from './document.ts';
import type { ExportStore, StatementSnapshot } from './store.ts';

export interface ExportRequest extends Period {
  accountId: string;
  format: ExportFormat;
}

/** A file on its way. Whoever takes it closes it, also when it was read to its end. */
export interface StatementExport {
  fileName: string;
  mediaType: string;
  chunks: AsyncGenerator<string>;
  close(): Promise<void>;
}

export interface ExportDeps {
  accounts: AccountFinder;
  store: Pick<LedgerStore, 'accountsById'>;
  openStatement: ExportStore;
  history: Pick<HistoryStore, 'closeUntil'>;
  command: Command;
  clock: Clock;
  scaleOf(asset: string): number;
}

const checkPeriod = ({ from, to }: Period, now: Date): void => {
  const refuse = (field: string, message: string): never => {
    throw new RefusedError('BAD_USER_INPUT', message, undefined, { field });
  };
  if (from >= to) refuse('from', '"from" must be before "to", by a millisecond at least.');
  if (to > now) refuse('to', '"to" must not be in the future.');
};

const full = {
  OWN: () =>
    new RefusedError('RATE_LIMITED', 'You have as many exports under way as you may.', limits.exports.retryAfter_s),
  ALL: () => new RefusedError('OVERLOADED', 'As many exports are under way as may be.', limits.exports.retryAfter_s),
};

async function* written(
  { opening, closing, movements }: StatementSnapshot,
  request: ExportRequest,
  scaleOf: (asset: string) => number,
): AsyncGenerator<string> {
  const document = formats[request.format].document({ ...request, scaleOf });
  yield document.begin(opening);
  let last: Movement | undefined;
  for (;;) {
    const rows = await movements(last, limits.exports.page);
    if (rows.length === 0) break;
    yield document.movements(rows, last === undefined);
    last = rows.at(-1);
  }
  yield document.end(closing);
}

/**
 * The statement of an account as a file of any size. It is read page by page as its taker asks for more, all of one
 * instant; so that this costs the others little, only a few are under way at once. Who asked for what is in the audit
 * log before the first byte leaves, refused or not.
 */
export const createExportStatement = (deps: ExportDeps) => {
  const { accounts, store, openStatement, history, command, clock, scaleOf } = deps;
  const slots = createSlots(limits.exports);

  const exists = async (sight: Sight, id: string): Promise<boolean> =>
    (await store.accountsById(sight, [id])).length > 0;
  const find = async (reader: Reader, accountId: string): Promise<Result<string>> => {
    const id = await readableAccount(accounts, reader, accountId);
    if (id !== undefined && (await exists(sightOf(reader), id))) return ok(id);
    return refused(failure('NOT_FOUND', 'The account does not exist, or it is not yours.', 'accountId'));
  };

  const open = async (
    sight: Sight,
    accountId: string,
    request: ExportRequest,
    giveBack: () => void,
  ): Promise<StatementExport> => {
    await history.closeUntil([accountId], justBefore(request.to));
    const snapshot = await openStatement(sight, accountId, request);
    return {
      fileName: fileNameOf({ ...request, accountId }, request.format),
      mediaType: formats[request.format].mediaType,
      chunks: written(snapshot, { ...request, accountId }, scaleOf),
      close: () => snapshot.close().finally(giveBack),
    };
  };

  return async (reader: Reader, request: ExportRequest): Promise<Result<StatementExport>> => {
    checkPeriod(request, clock.now());
    const giveBack = slots.take(reader.id);
    if (typeof giveBack === 'string') throw full[giveBack]();
    try {
      const { accountId, from, to, format } = request;
      const details = { from: from.toISOString(), to: to.toISOString(), format };
      // Text that is no id is told apart by its shape alone, and stays out of the log.
      const target = isUuid(accountId) ? accountId.toLowerCase() : null;
      const by = { userId: reader.id, requestId: reader.requestId };
      const line = { by, action: 'exportStatement', target, details };
      const found = await command(line, () => find(reader, accountId));
      if (found.ok) return ok(await open(sightOf(reader), found.value, request, giveBack));
      giveBack();
      return found;
    } catch (error) {
      giveBack();
      throw error;
    }
  };
};

export type ExportStatement = ReturnType<typeof createExportStatement>;
