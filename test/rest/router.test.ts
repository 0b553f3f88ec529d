import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRouter } from '../../src/rest/router.ts';

const router = createRouter<string>();
router.add('GET', '/', 'root');
router.add('GET', '/orders', 'list');
router.add('POST', '/orders', 'place');
router.add('GET', '/orders/{id}', 'one');
router.add('GET', '/orders/open', 'open');
router.add('DELETE', '/orders/{orderId}/fills/{fillId}', 'bust');

const ask = (method: Parameters<typeof router.add>[0], path: string) => router.find(path)?.match(method);

describe('the router', () => {
  it('finds fixed paths before parameters, each method by itself', () => {
    expect(ask('GET', '/')?.target).toBe('root');
    expect(ask('GET', '/orders')?.target).toBe('list');
    expect(ask('POST', '/orders')?.target).toBe('place');
    expect(ask('GET', '/orders/open')).toEqual({ target: 'open', parameters: {} });
    expect(ask('DELETE', '/orders/1/fills/2')?.parameters).toEqual({ orderId: '1', fillId: '2' });
    expect(ask('PUT', '/orders')).toBeUndefined();
    expect(router.find('/orders')?.methods).toEqual(['GET', 'POST']);
  });

  it.each([
    '/orders/',
    '//orders',
    '/Orders',
    '/orders%2f1',
    '/%6frders',
    '/orders/1/',
    '/orders/../',
    '',
    'orders',
    '/orders/%00',
    '/orders/%ff',
    '/orders/%',
  ])('leads nowhere from %j', (path) => {
    expect(ask('GET', path)).toBeUndefined();
  });

  it('decodes what stands for a parameter, once', () => {
    const segment = fc
      .string({ minLength: 1, unit: 'binary' })
      .filter((text) => !text.includes('\0') && text !== 'open');
    fc.assert(
      fc.property(segment, (text) => {
        expect(ask('GET', `/orders/${encodeURIComponent(text)}`)?.parameters).toEqual({ id: text });
      }),
    );
  });

  it('does not take two routes for one method and path', () => {
    expect(() => router.add('GET', '/orders/{other}', 'again')).toThrow('two routes for GET /orders/{other}');
  });
});
