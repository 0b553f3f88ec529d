import { describe, expect, it } from 'vitest';
import { defaultFaces, mounts } from '../../scripts/lib/openapi-files.ts';
import { schema } from '../../src/graphql/schema.ts';
import { deprecationHeaders } from '../../src/rest/deprecation.ts';
import { accessOf } from '../../src/rest/openapi/codes.ts';
import { reachable } from '../../src/rest/openapi/document.ts';
import { always } from '../../src/rest/openapi/headers.ts';
import type { Media, Response } from '../../src/rest/openapi/openapi.ts';
import { openDocument } from './documented.ts';

/*
 * What the committed documents say of every route. That the server answers so is in parity/ for what goes well and what is refused on purpose,
 * and in ../attacks/rest-fuzz for everything else that may be sent.
 */

const hasExample = ({ example, examples }: Media): boolean =>
  example !== undefined || Object.keys(examples ?? {}).length > 0;

describe.each(mounts)('the document of "$base", $file', ({ base, file }) => {
  const { document, resolve } = openDocument(file);
  const routes = reachable(
    defaultFaces.filter((face) => face.base === base),
    schema,
  );
  const described = routes.map(({ operation }) => {
    const found = document.paths[operation.path]?.[operation.method.toLowerCase()];
    const responses = Object.entries(found?.responses ?? {}).map(([status, given]): [number, Response] => [
      Number(status),
      resolve(given),
    ]);
    return { operation, found: found!, responses };
  });
  const lacking = (wrong: (route: (typeof described)[number]) => unknown): string[] =>
    described.filter(wrong).map(({ operation: { method, path } }) => `${method} ${path}`);

  it('has every route, and one name for each', () => {
    expect(lacking(({ found }) => found === undefined)).toEqual([]);
    const names = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it('says who may use a route, and how one signs in', () => {
    const wrong = lacking(({ operation, found, responses }) => {
      const isPublic = accessOf(operation, schema) === 'public';
      const refuses = responses.some(([status]) => [401, 403, 422].includes(status));
      return (found.security.length === 0) !== isPublic || !(isPublic || refuses);
    });
    expect(wrong).toEqual([]);
    if (described.some(({ found }) => found.security.length > 0))
      expect(document.components.securitySchemes.bearerAuth).toMatchObject({ type: 'http', scheme: 'bearer' });
  });

  it('says what each answer tells of the rate limit, and how the limit refuses', () => {
    const told = lacking(({ responses }) =>
      responses.some(([, { headers = {} }]) => always.some((name) => !(name in headers))),
    );
    expect(told).toEqual([]);
    const refused = lacking(({ responses }) => {
      const limited = responses.find(([status]) => status === 429)?.[1];
      return limited?.headers?.['Retry-After'] === undefined || limited.content === undefined;
    });
    expect(refused).toEqual([]);
  });

  it('says which routes will go', () => {
    const wrong = lacking(({ operation, found, responses }) => {
      const told = Object.keys(deprecationHeaders(operation, schema));
      const [, success] = responses.find(([status]) => status === operation.status)!;
      const isMarked = (found.deprecated ?? false) === (operation.deprecated !== undefined);
      return !isMarked || told.some((name) => !(name in (success.headers ?? {})));
    });
    expect(wrong).toEqual([]);
  });

  it('shows an example of every body, and of every parameter that must be there', () => {
    const wrong = lacking(({ found, responses }) => {
      const contents = [found.requestBody?.content, ...responses.map(([, { content }]) => content)];
      const bodies = contents.flatMap((content) => Object.values(content ?? {}));
      const parameters = (found.parameters ?? []).filter((one) => 'required' in one && one.example === undefined);
      return bodies.some((media) => !hasExample(media)) || parameters.length > 0;
    });
    expect(wrong).toEqual([]);
  });

  it('explains every route', () => {
    expect(lacking(({ found }) => !found.summary || found.tags.length === 0)).toEqual([]);
  });
});
