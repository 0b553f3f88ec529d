import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { breakingChanges, type Document } from './breaking.ts';

// biome-ignore lint/suspicious/noExplicitAny: a change goes anywhere
type Loose = any;

const read = (file: string): Document => JSON.parse(readFileSync(file, 'utf8'));

// docs/openapi/baseline/ is what the last release promised; docs/rest.md says when it is moved forward.
describe('the REST routes keep what the last release promised', () => {
  it.each(['openapi.json', 'native.json'])('%s', (name) => {
    const now = name === 'openapi.json' ? name : `docs/openapi/${name}`;
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
