import { describe, expect, it } from 'vitest';
import { createDocumentCache } from '../../src/graphql/document-cache.ts';

describe('the document cache', () => {
  it('holds no more characters than it may, and forgets the coldest first', () => {
    const cache = createDocumentCache<number>(30);
    cache.set('a'.repeat(10), 1);
    cache.set('b'.repeat(10), 2);
    cache.set('c'.repeat(10), 3);
    expect(cache.get('a'.repeat(10))).toBe(1);
    cache.set('d'.repeat(10), 4);
    expect(cache.get('b'.repeat(10))).toBeUndefined();
    expect(cache.get('a'.repeat(10))).toBe(1);
    expect(cache.get('d'.repeat(10))).toBe(4);
  });

  it('counts a source once, however often it is set', () => {
    const cache = createDocumentCache<number>(20);
    cache.set('a'.repeat(10), 0);
    for (let i = 1; i <= 100; i += 1) cache.set('b'.repeat(10), i);
    expect(cache.get('a'.repeat(10))).toBe(0);
    expect(cache.get('b'.repeat(10))).toBe(100);
  });

  it('does not keep what alone is too large', () => {
    const cache = createDocumentCache<number>(20);
    cache.set('a'.repeat(21), 1);
    expect(cache.get('a'.repeat(21))).toBeUndefined();
    cache.set('b', 2);
    expect(cache.get('b')).toBe(2);
  });
});
