import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  familyOf,
  formatAddress,
  formatPrefix,
  fromBigInt,
  isMapped,
  maskBytes,
  networkOf,
  parseAddress,
  parsePrefix,
  toBigInt,
  widthOf,
} from '../../../src/plan/model/address.js';

const bytes = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  fc // runs of zeros, which the text of IPv6 is about
    .array(fc.constantFrom(0, 0, 0, 1, 0xffff, 0xdb8), { minLength: 8, maxLength: 8 })
    .map((groups) => Uint8Array.from(groups.flatMap((g) => [g >> 8, g & 0xff]))),
);

describe('parseAddress', () => {
  test.each([
    ['192.0.2.1', [192, 0, 2, 1]],
    ['::', Array(16).fill(0)],
    ['::1', [...Array(15).fill(0), 1]],
    ['2001:DB8::1', [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1]],
    ['1:2:3:4:5:6:7::', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0]],
    ['64:ff9b::192.0.2.1', [0, 0x64, 0xff, 0x9b, ...Array(8).fill(0), 192, 0, 2, 1]],
    ['::ffff:192.0.2.1', [...Array(10).fill(0), 0xff, 0xff, 192, 0, 2, 1]],
  ])('reads %s', (text, expected) => {
    expect([...(parseAddress(text) ?? [])]).toStrictEqual(expected);
  });

  test.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '01.2.3.4',
    ':::',
    '1::2::3',
    'fe80::1%eth0',
    '10.0.0.0/8',
    ' 1.2.3.4',
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  test('inverts formatAddress', () => {
    fc.assert(
      fc.property(bytes, (b) => {
        expect(parseAddress(formatAddress(b))).toStrictEqual(b);
      }),
    );
  });
});

describe('formatAddress', () => {
  test.each([
    ['2001:0db8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['1:2:3:4:5:6:7:0', '1:2:3:4:5:6:7:0'],
    ['FE80::A', 'fe80::a'],
  ])('writes %s as RFC 5952 does: %s', (text, expected) => {
    expect(formatAddress(parseAddress(text) ?? new Uint8Array())).toBe(expected);
  });

  test('writes each address as one text, and different ones differently', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(formatAddress(a) === formatAddress(b)).toBe(Buffer.compare(a, b) === 0);
      }),
    );
  });
});

describe('prefixes', () => {
  test.each([
    ['0.0.0.0/0', 'inet', 0],
    ['192.0.2.0/24', 'inet', 24],
    ['192.0.2.1/32', 'inet', 32],
    ['::/0', 'inet6', 0],
    ['2001:db8::/33', 'inet6', 33],
    ['::1/128', 'inet6', 128],
  ])('parsePrefix reads %s', (text, family, prefixLen) => {
    expect(parsePrefix(text)).toMatchObject({ family, prefixLen });
  });

  test.each([
    '192.0.2.1/24',
    '192.0.2.0/33',
    '::/129',
    '192.0.2.0',
    '192.0.2.0/',
    '/24',
    '192.0.2.0/-1',
    '192.0.2.0/1e1',
    '2001:db8::1/64',
    '0.0.0.0/0000',
    '0.0.0.0/00',
    '192.0.2.1/032',
    '2001:db8::/032',
  ])('parsePrefix refuses %s', (text) => {
    expect(parsePrefix(text)).toBeNull();
  });

  test('networkOf is the prefix that an address lies in', () => {
    expect(networkOf('192.0.2.77', 26)).toBe('192.0.2.64/26');
    expect(networkOf('2001:db8::ffff', 113)).toBe('2001:db8::8000/113');
    fc.assert(
      fc.property(bytes, fc.nat(128), (b, n) => {
        const prefixLen = Math.min(n, b.length * 8);
        const parsed = parsePrefix(networkOf(formatAddress(b), prefixLen));
        expect(parsed?.bytes).toStrictEqual(maskBytes(b, prefixLen));
      }),
    );
  });

  test('maskBytes keeps exactly the leading bits', () => {
    fc.assert(
      fc.property(bytes, fc.nat(128), (b, n) => {
        const width = BigInt(b.length * 8);
        const host = width - BigInt(Math.min(n, b.length * 8));
        expect(toBigInt(maskBytes(b, n))).toBe((toBigInt(b) >> host) << host);
      }),
    );
  });

  test('networkOf of no address is a defect', () => {
    expect(() => networkOf('eth0', 8)).toThrow('not an IP address');
  });
});

test('fromBigInt inverts toBigInt, which keeps the order of the bytes', () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      const family = familyOf(formatAddress(a));
      expect(widthOf(family)).toBe(a.length * 8);
      expect(fromBigInt(toBigInt(a), family)).toStrictEqual(a);
      if (a.length === b.length) expect(toBigInt(a) < toBigInt(b)).toBe(Buffer.compare(a, b) < 0);
    }),
  );
});

test.each([
  ['::ffff:192.0.2.1', true],
  ['::ffff:0.0.0.0/96', true],
  ['::ffff:10.0.0.0/104', true],
  ['::', false],
  ['::/95', false],
  ['::fffe:0:0/96', false],
  ['::192.0.2.1', false],
  ['64:ff9b::/96', false],
  ['192.0.2.1', false],
])('%s is IPv4 written as IPv6: %s', (text, expected) => {
  const address = parseAddress(text);
  const prefix = parsePrefix(text);
  const canonical =
    address === null ? ((prefix && formatPrefix(prefix)) ?? '') : formatAddress(address);
  expect(isMapped(canonical)).toBe(expected);
});
