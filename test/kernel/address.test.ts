import { describe, expect, it } from 'vitest';
import { countedAs, parseAddress, parseNetwork } from '../../src/kernel/address.ts';

const counted = (text: string): string | undefined => {
  const address = parseAddress(text);
  return address && countedAs(address);
};

describe('an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::ffff', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['::ffff:10.20.30.40', '10.20.30.40'],
    ['::ffff:100.200.111.222', '100.200.111.222'],
    ['fe80::1%eth0%1', 'fe80:0:0:0::/64'],
    // One group more than the mapped addresses have: these are addresses of somebody else.
    ['1::ffff:192.0.2.1', '1:0:0:0::/64'],
    ['0:1::ffff:192.0.2.1', '0:1:0:0::/64'],
    ['0:0:1::ffff:192.0.2.1', '0:0:1:0::/64'],
    ['0:0:0:1::ffff:192.0.2.1', '0:0:0:1::/64'],
    ['0:0:0:0:1:ffff:192.0.2.1', '0:0:0:0::/64'],
    ['::fffe:192.0.2.1', '0:0:0:0::/64'],
  ])('%s counts as %s', (text, expected) => expect(counted(text)).toBe(expected));

  it.each([
    '',
    'unknown',
    '192.0.2',
    '192.0.2.256',
    '1.2.3.4.5',
    ':::',
    'g::1',
    '1:2:3:4:5:6:7',
    '192.0.2.1:80',
    '::1/64',
    'x::ffff:192.0.2.1',
    '%eth0',
  ])('%j is none', (text) => expect(parseAddress(text)).toBeUndefined());
});

describe('a network', () => {
  const holds = (network: string, address: string): boolean | undefined => {
    const [within, parsed] = [parseNetwork(network), parseAddress(address)];
    return parsed && within?.(parsed);
  };

  it.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['10.0.0.1', '10.0.0.1', true],
    ['10.0.0.1', '10.0.0.2', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '::1', false],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['::1', '::1', true],
    ['192.168.0.128/25', '192.168.0.127', false],
  ])('%s and %s: %s', (network, address, expected) => expect(holds(network, address)).toBe(expected));

  it.each([
    '',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'localhost',
    '10.0.0.0/-1',
    'x/10.0.0.0/8',
    '/10.0.0.0',
  ])('%j is none', (text) => expect(parseNetwork(text)).toBeUndefined());
});
