import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readRegisteredDocuments } from '../../src/graphql/registered-documents.ts';
import { schema } from '../../src/graphql/schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'bourse-documents-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (content: unknown) => {
  const file = join(folder, 'documents.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readRegisteredDocuments(file, schema);
};

const source = 'query Me { me { id } }';

describe('the file of registered documents', () => {
  it('may be a map of id to document', () => expect([...read({ a1: source })]).toEqual([['a1', source]]));

  it('may be a manifest for Apollo clients', () => {
    const operations = [{ id: 'a1', name: 'Me', type: 'query', body: source }];
    expect([...read({ format: 'apollo-persisted-query-manifest', version: 1, operations })]).toEqual([['a1', source]]);
  });

  it.each([
    ['no JSON', '{', 'cannot be read as JSON'],
    ['no map', [source], 'is neither a map'],
    ['an id that is too long', { ['x'.repeat(129)]: source }, 'is neither a map'],
    ['a document that does not parse', { a1: 'query {' }, 'the document a1 does not fit the schema: Syntax Error'],
    [
      'a field that the schema lost',
      { a1: '{ me { shoeSize } }' },
      'the document a1 does not fit the schema: Cannot query',
    ],
  ])('stops the start when it has %s', (_what, content, problem) => {
    expect(() => read(content)).toThrow(new RegExp(`^PERSISTED_DOCUMENTS: .*${problem}`));
  });

  it('stops the start when there is none', () => {
    expect(() => readRegisteredDocuments(join(folder, 'nowhere'), schema)).toThrow(/^PERSISTED_DOCUMENTS: .*ENOENT/);
  });
});
