import { RefusedError } from '../errors.ts';
import { unauthenticated } from '../identity/viewer/unauthenticated.ts';
import { boundOf, DATE_TIME_FORM, readDateTime } from '../kernel/date-time.ts';
import { isUuid } from '../kernel/ids.ts';
import { formats } from '../ledger/export/document.ts';
import type { ExportRequest, ExportStatement } from '../ledger/export/export-statement.ts';
import { limits } from '../limits.ts';
import { type Exchange, type Handler, type HttpAnswer, refusal, refusedWith } from './answer.ts';
import { createDownload, type DownloadBounds } from './download.ts';
import { served } from './served.ts';

export interface ExportParts {
  exportStatement: ExportStatement;
  /** Tests shorten the waits. */
  bounds?: DownloadBounds;
}

const { parameters } = served['/exports/statement'];
type Name = (typeof parameters)[number]['name'];

const refuse = (field: string, message: string): never => {
  throw new RefusedError('BAD_USER_INPUT', message, undefined, { field });
};

const isName = (name: string): name is Name => parameters.some((parameter) => parameter.name === name);

const readBound = (field: Name, text: string): Date => {
  const date = readDateTime(text);
  // In a URL an unescaped plus is a space: the most common way to get an offset wrong.
  return date === undefined
    ? refuse(field, `"${field}" must be ${DATE_TIME_FORM}; "+" is written %2B in a URL.`)
    : boundOf(date);
};

/** Every parameter once, and no other: a misspelt one must not be taken for an absent one. */
const readRequest = (search: string): ExportRequest => {
  const given: Partial<Record<Name, string>> = {};
  for (const [name, text] of new URLSearchParams(search)) {
    const field = name.slice(0, limits.text.operationName);
    if (!isName(name)) return refuse(field, `The parameter "${field}" is not known.`);
    if (given[name] !== undefined) return refuse(name, `"${name}" is given twice.`);
    given[name] = text;
  }
  const present = (name: Name): string => given[name] || refuse(name, `"${name}" is missing.`);
  const accountId = present('accountId');
  if (!isUuid(accountId)) refuse('accountId', '"accountId" must be the id of an account, a UUID.');
  const [from, to] = [readBound('from', present('from')), readBound('to', present('to'))];
  const format = present('format');
  if (format !== 'csv' && format !== 'json')
    return refuse('format', `"format" must be ${Object.keys(formats).join(' or ')}.`);
  return { accountId, from, to, format };
};

/** Files that are made while they are sent, of any size; what GraphQL answers is made as a whole first. */
export const createStatementExport = ({ exportStatement, bounds = limits.exports }: ExportParts): Handler => {
  const statement = async (exchange: Exchange): Promise<HttpAnswer> => {
    exchange.note.operation = 'exportStatement';
    const { viewer, tokenProblem } = exchange.who;
    if (viewer === null) throw unauthenticated(tokenProblem);
    const { requestId } = exchange;
    const result = await exportStatement({ ...viewer, requestId }, readRequest(exchange.search));
    if (!result.ok) {
      const [{ code, message, field = [] }] = result.failures as [(typeof result.failures)[number]];
      return refusal(exchange, code, message, {}, { field: field.join('.') });
    }
    const { fileName, mediaType } = result.value;
    return {
      status: 200,
      headers: {
        'Content-Type': mediaType,
        'Content-Disposition': `attachment; filename="${fileName}"`,
        'Cache-Control': 'no-store',
      },
      body: createDownload(result.value, bounds),
    };
  };
  return (exchange) =>
    statement(exchange).catch((error: unknown) => {
      if (error instanceof RefusedError) return refusedWith(exchange, error);
      throw error;
    });
};
