import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { describe, expect, test } from 'vitest';
import {
  Count,
  IfIndex,
  IfName,
  IpAddress,
  LegWeight,
  LinkAddress,
  MemberWeight,
  Mtu,
  Prefix,
  PrefixLen,
  U8,
  U16,
  U32,
} from '../../../src/plan/model/scalars.js';

const taken = (codec: t.Mixed, input: unknown): unknown => {
  const result = codec.decode(input);
  return E.isRight(result) ? result.right : 'refused';
};

describe('IfName', () => {
  test.each(['lo', 'eth0', 'we.ird~é', '0123456789abcde', '-', 'a"b', '%', '..a', 'ééééééé'])(
    'takes %s',
    (name) => {
      expect(taken(IfName, name)).toBe(name);
    },
  );

  test.each([
    ['nothing', ''],
    ['16 bytes', '0123456789abcdef'],
    ['16 bytes in 8 characters', 'éééééééé'],
    ['the folder itself', '.'],
    ['the folder above', '..'],
    ['a path', 'a/b'],
    ['an alias', 'eth0:1'],
    ['a blank', 'a b'],
    ['a newline', 'a\n'],
    ['a NUL', 'a\0'],
    ['a number', 5],
    ['null', null],
  ])('refuses %s', (_, name) => {
    expect(taken(IfName, name)).toBe('refused');
  });
});

describe('integers', () => {
  test.each([
    [U8, 0, 255],
    [U16, 0, 65535],
    [U32, 0, 4294967295],
    [Mtu, 0, 4294967295],
    [PrefixLen, 0, 128],
    [IfIndex, 1, 2147483647],
    [LegWeight, 1, 256],
    [MemberWeight, 1, 65536],
    [Count, 0, Number.MAX_SAFE_INTEGER],
  ] as ReadonlyArray<[t.Mixed, number, number]>)(
    '%# end where their type does',
    (codec, min, max) => {
      expect([min, max].map((n) => taken(codec, n))).toStrictEqual([min, max]);
      for (const wrong of [min - 1, max + 1, min + 0.5, Number.NaN, Infinity, String(min), null])
        expect(taken(codec, wrong)).toBe('refused');
    },
  );
});

describe('one text per value', () => {
  test.each([
    [IpAddress, '2001:DB8:0::1', '2001:db8::1'],
    [IpAddress, '::ffff:c000:201', '::ffff:192.0.2.1'],
    [IpAddress, '192.0.2.1', '192.0.2.1'],
    [Prefix, '2001:0DB8::/32', '2001:db8::/32'],
    [Prefix, '10.0.0.0/8', '10.0.0.0/8'],
    [LinkAddress, '02:42:0A:FF:00:01', '02:42:0a:ff:00:01'],
    [LinkAddress, 'a0', 'a0'],
  ] as ReadonlyArray<[t.Mixed, string, string]>)(
    '%# decodes another spelling',
    (codec, text, one) => {
      expect(taken(codec, text)).toBe(one);
      expect(codec.is(one)).toBe(true);
      expect(codec.is(text)).toBe(text === one);
      expect(taken(codec, one)).toBe(one);
    },
  );

  test.each([
    [IpAddress, 'fe80::1%eth0'],
    [IpAddress, '10.0.0.1/8'],
    [IpAddress, 16909060],
    [Prefix, '10.0.0.1/8'],
    [Prefix, '10.0.0.0'],
    [LinkAddress, '02:42:0a:ff:00:0'],
    [LinkAddress, '02-42-0a-ff-00-01'],
    [LinkAddress, Array(33).fill('00').join(':')],
    [LinkAddress, ''],
  ] as ReadonlyArray<[t.Mixed, unknown]>)('%# refuses %j', (codec, text) => {
    expect(taken(codec, text)).toBe('refused');
    expect(codec.is(text)).toBe(false);
  });
});
