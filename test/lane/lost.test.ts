import { expect, test } from 'vitest';
import { isConnectionLoss } from '../../src/lane/lost.ts';

test.each([
  'EPIPE',
  'ECONNRESET',
  'ETIMEDOUT',
  undefined,
  '08006',
  '08P01',
  '57P01',
  '57P02',
  '57P03',
  '25P03',
  '25P04',
])('%s says that the connection is gone', (code) => expect(isConnectionLoss(code)).toBe(true));

test.each(['40001', '40P01', '23505', '23514', '55P03', '57014', '25P02', 'P0001', 'XX000'])(
  '%s is an answer of a server that is there',
  (code) => expect(isConnectionLoss(code)).toBe(false),
);
