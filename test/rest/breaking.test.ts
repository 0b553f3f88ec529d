import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mounts } from '../../scripts/lib/openapi-files.ts';
import { breakingChanges, type Document } from './breaking.ts';

// biome-ignore lint/suspicious/noExplicitAny: a change goes anywhere
type Loose = any;

const read = (file: string): Document => JSON.parse(readFileSync(file, 'utf8'));

// docs/openapi/baseline/ is what the last release promised; docs/rest.md says when it is moved forward.
describe('the REST routes keep what the last release promised', () => {
  const promised = readdirSync('docs/openapi/baseline');

  it('of every face', () => {
    const names = mounts.map(({ file }) => file.split('/').at(-1));
    expect([...promised].sort()).toEqual(names.sort());
  });

  it.each(promised)('%s', (name) => {
    const now = name === 'openapi.json' ? name : `docs/openapi/${name}`;
    expect(existsSync(now)).toBe(true);
    expect(breakingChanges(read(`docs/openapi/baseline/${name}`), read(now))).toEqual([]);
  });
});

describe('a change that breaks clients is named', () => {
  const changed = (change: (document: Loose) => void): string[] => {
    const document = read('docs/openapi/native.json');
    change(document);
    return breakingChanges(read('docs/openapi/native.json'), document);
  };

  it.each([
    ['a route that is gone', (d: Loose) => delete d.paths['/api/v1/orders'].get, 'GET /api/v1/orders is gone'],
    [
      'a field of an answer that is gone',
      (d: Loose) => delete d.components.schemas.OrderBody.properties.fees,
      'POST /api/v1/orders: the answer.fees is gone',
    ],
    [
      'an answer that may be null now',
      (d: Loose) => {
        d.components.schemas.OrderBody.properties.qty = { type: ['string', 'null'] };
      },
      'POST /api/v1/orders: the answer.qty may be null',
    ],
    [
      'a field of the input that is required now',
      (d: Loose) => d.components.schemas.PlaceOrderInput.required.push('clientOrderId'),
      'POST /api/v1/orders: the body.clientOrderId may be missing, which is refused now',
    ],
    [
      'a field of the input that is gone',
      (d: Loose) => delete d.components.schemas.PlaceOrderInput.properties.stopPrice,
      'POST /api/v1/orders: the body.stopPrice is gone',
    ],
    [
      'a text that is cut shorter',
      (d: Loose) => {
        d.components.schemas.PlaceOrderInput.properties.qty.maxLength = 8;
      },
      'POST /api/v1/orders: the body.qty may be longer than 8, which is refused now',
    ],
    [
      'a route that was everybody’s',
      (d: Loose) => {
        d.paths['/api/v1/instruments'].get.security = [{ bearerAuth: [] }];
      },
      'GET /api/v1/instruments: one has to be signed in now',
    ],
    [
      'a field of a refusal that is gone',
      (d: Loose) =>
        delete d.components.responses.NativeUnauthenticated.content['application/problem+json'].schema.properties.code,
      'GET /api/v1/orders: the refusal 401.code is gone',
    ],
    [
      'a parameter that is gone',
      (d: Loose) => {
        const { parameters } = d.paths['/api/v1/orders'].get;
        parameters.splice(
          parameters.findIndex(({ name }: { name?: string }) => name === 'symbol'),
          1,
        );
      },
      'GET /api/v1/orders: the parameter symbol is gone',
    ],
  ])('%s', (_what, change, named) => {
    expect(changed(change)).toContain(named);
  });

  it('and one that only adds is not', () => {
    const added = changed((document) => {
      document.components.schemas.OrderBody.properties.more = { type: 'string' };
      document.components.schemas.PlaceOrderInput.properties.more = { type: 'string' };
      document.paths['/api/v1/more'] = document.paths['/api/v1/orders'];
    });
    expect(added).toEqual([]);
  });
});
