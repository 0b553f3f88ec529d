import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { always } from '../../src/rest/openapi/headers.ts';
import type { OpenApi, Reference, Response } from '../../src/rest/openapi/openapi.ts';
import type { TestAnswer } from '../http/harness.ts';

const escaped = (text: string): string => encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Those of the documented headers that no answer may lack; others come with some answers only. */
const demanded: ReadonlySet<string> = new Set([...always, 'ETag', 'Location']);

/** A committed document, and in what an answer is not what it says. */
export const openDocument = (file: string) => {
  const document = JSON.parse(readFileSync(file, 'utf8')) as OpenApi;
  // The document as a whole, so that its references lead somewhere; formats that no validator knows are for readers.
  const ajv = new Ajv2020({ strict: false, formats: { decimal: true, int32: true } });
  (addFormats as unknown as (on: Ajv2020) => void)(ajv);
  ajv.addSchema(document, 'document');

  const resolve = (given: Response | Reference): Response =>
    '$ref' in given ? document.components.responses[given.$ref.split('/').at(-1)!]! : given;

  /** `path` as the document has it. */
  const deviations = (method: string, path: string, answer: TestAnswer): string[] => {
    const verb = method.toLowerCase();
    const given = document.paths[path]?.[verb]?.responses[answer.status];
    if (given === undefined) return [`${answer.status} is not documented: ${answer.text}`];
    const at = '$ref' in given ? given.$ref : `#/paths/${escaped(path)}/${verb}/responses/${answer.status}`;
    const { content, headers = {} } = resolve(given);
    const absent = Object.keys(headers).filter((name) => demanded.has(name) && !(name.toLowerCase() in answer.headers));
    const wrong = absent.map((name) => `lacks ${name}`);
    if (content === undefined) return answer.text === '' ? wrong : [...wrong, 'has a body'];
    const type = answer.headers['content-type']?.split(';')[0] ?? '';
    if (!(type in content)) return [...wrong, `is ${type}`];
    // Text that is not JSON is what its type says.
    if (!type.includes('json')) return wrong;
    const validate = ajv.getSchema(`document${at}/content/${escaped(type)}/schema`);
    if (validate === undefined) throw new Error(`no schema at ${at}`);
    validate(answer.json);
    return [...wrong, ...(validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)];
  };

  return { document, resolve, deviations };
};
