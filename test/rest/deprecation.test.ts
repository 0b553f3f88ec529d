import { buildSchema, type OperationDefinitionNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { deprecationHeaders } from '../../src/rest/deprecation.ts';
import { readRestDirective } from '../../src/rest/directive.ts';
import type { RestOperation } from '../../src/rest/operation.ts';

const schema = buildSchema(`type Query {
  now: Int
  old: Int @deprecated(reason: "Since 2026-12-01: use now; sunset 2027-06-01")
  older: Int @deprecated(reason: "Since 2026-11-01: use now")
  undated: Int @deprecated(reason: "Use now")
}`);

const headersOf = (fields: string, more = ''): Record<string, string> => {
  const document = parse(`query Old @rest(method: GET, path: "/api/v1/old", body: "now"${more}) { ${fields} }`);
  const directive = readRestDirective(document.definitions[0] as OperationDefinitionNode);
  return deprecationHeaders({ ...directive, name: 'Old', document } as RestOperation, schema);
};

describe('a route that should no longer be used', () => {
  it('says since when, and until when it is there', () => {
    expect(headersOf('now', ', deprecated: "2026-12-01", sunset: "2027-06-01"')).toEqual({
      Deprecation: '@1796083200',
      Sunset: 'Tue, 01 Jun 2027 00:00:00 GMT',
    });
  });

  it('is also one that selects a deprecated field; the earliest counts', () => {
    expect(headersOf('now old')).toEqual({ Deprecation: '@1796083200', Sunset: 'Tue, 01 Jun 2027 00:00:00 GMT' });
    expect(headersOf('old older').Deprecation).toBe('@1793491200');
  });

  it('stops the start when nobody says since when', () => {
    expect(() => headersOf('undated')).toThrow('REST operation Old: say since when it is deprecated');
    expect(() => headersOf('now', ', deprecated: "soon"')).toThrow('deprecated and sunset are days');
  });

  it('is no other', () => {
    expect(headersOf('now')).toEqual({});
  });
});
