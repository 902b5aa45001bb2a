import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress } from '../../../src/plan/model/address.js';
import { trusted } from '../../../src/plan/model/scalars.js';
import { contains, rangeOf } from '../../../src/plan/routing/prefix-range.js';
import { networkBits } from '../../support/brute-force-routing.js';

const range = (text: string) => rangeOf(trusted.prefix(text));

describe('rangeOf', () => {
  test.for([
    ['0.0.0.0/0', 0n, 0xffff_ffffn],
    ['198.51.100.0/24', 0xc633_6400n, 0xc633_64ffn],
    ['255.255.255.255/32', 0xffff_ffffn, 0xffff_ffffn],
    ['::/0', 0n, (1n << 128n) - 1n],
    ['::1/128', 1n, 1n],
    ['2001:db8::/127', 0x2001_0db8n << 96n, (0x2001_0db8n << 96n) + 1n],
    ['::ffff:192.0.2.0/120', 0xffff_c000_0200n, 0xffff_c000_02ffn],
  ] as const)('%s', ([prefix, low, high]) => {
    expect(range(prefix)).toMatchObject({ first: low, last: high });
  });

  test.for([4, 16] as const)('reads every address of %i bytes as its bits', (length) => {
    // Many zero bytes, so that :: stands at either end, in the middle and not at all.
    const byte = fc.oneof(fc.constant(0), fc.nat(255));
    fc.assert(
      fc.property(fc.array(byte, { minLength: length, maxLength: length }), (bytes) => {
        const text = `${formatAddress(Uint8Array.from(bytes))}/${length * 8}`;
        const number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
        expect(range(text)).toStrictEqual({ first: number, last: number, prefixLen: length * 8 });
        if (!text.includes('.') || length === 4)
          expect(BigInt(`0b${networkBits(text)}`)).toBe(number);
      }),
    );
  });
});

test.for([
  ['10.0.0.0/8', '10.1.0.0/16', true],
  ['10.0.0.0/8', '10.0.0.0/8', true],
  ['10.1.0.0/16', '10.0.0.0/8', false],
  ['10.0.0.0/9', '10.128.0.0/9', false],
] as const)('contains: %s, %s', ([outer, inner, expected]) => {
  expect(contains(range(outer), range(inner))).toBe(expected);
});
