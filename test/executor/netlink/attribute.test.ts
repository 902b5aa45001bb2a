import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { NLA_F_NESTED } from '../../../src/executor/netlink/abi.js';
import { AttributeReader, hexText } from '../../../src/executor/netlink/attribute.js';
import {
  AttributeWriter,
  textBytes,
  u32Bytes,
} from '../../../src/executor/netlink/attribute-writer.js';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/ /g, ''), 'hex'));

const walk = (bytes: Uint8Array, header = 0) => {
  const reader = new AttributeReader(bytes, header);
  const seen: [number, string][] = [];
  while (reader.next()) seen.push([reader.type, reader.hex()]);
  return { seen, problem: reader.error?.problem ?? null, offset: reader.error?.offset ?? null };
};

test.each([
  ['none', '', 0, []],
  ['one, unpadded at the end', '0500 0100 ff', 0, [[1, 'ff']]],
  [
    'two, the first padded',
    '0500 0100 ff000000 0400 0200',
    0,
    [
      [1, 'ff'],
      [2, ''],
    ],
  ],
  ['after a header', 'aabbccdd 0600 0300 0102 0000', 4, [[3, '0102']]],
  ['with NLA_F_NESTED and NLA_F_NET_BYTEORDER in the type', '0400 05c0', 0, [[5, '']]],
])('reads %s', (_, bytes, header, seen) => {
  expect(walk(hex(bytes), header)).toStrictEqual({ seen, problem: null, offset: null });
});

test.each([
  ['a length past the end', '0900 0100 ffffffff', 0, 0, 'nla_len 9 is not in 4..8'],
  ['a length shorter than the header', '0300 0100', 0, 0, 'nla_len 3 is not in 4..4'],
  ['a length of 0', '0400 0100 0000 0100', 0, 4, 'nla_len 0 is not in 4..4'],
  ['trailing bytes', '0400 0100 0102', 0, 4, '2 trailing bytes'],
  ['a payload shorter than its header', '0102', 4, 2, '2 bytes, shorter than a header of 4'],
])('%s is an error', (_, bytes, header, offset, problem) => {
  expect(walk(hex(bytes), header)).toMatchObject({ problem, offset });
});

test('a value of the wrong size is an error and reads as 0', () => {
  const reader = new AttributeReader(hex('0600 0100 0102 0000 0800 0200 01000000'), 0);
  reader.next();
  expect(reader.u32()).toBe(0);
  expect(reader.error?.problem).toBe('attribute 1: 2 bytes instead of 4');
  expect(reader.next()).toBe(false);
});

test('an error inside a nest ends the walk outside', () => {
  const reader = new AttributeReader(hex('0c00 0100 0900 0100 ffffffff 0400 0200'), 0);
  reader.next();
  reader.nested(() => {});
  expect(reader.error).toMatchObject({ offset: 4, problem: 'nla_len 9 is not in 4..8' });
  expect(reader.next()).toBe(false);
});

test('a string ends at its NUL or at the end of the attribute, never after', () => {
  const read = (bytes: string) => {
    const reader = new AttributeReader(hex(bytes), 0);
    reader.next();
    return reader.string();
  };
  expect(read('0800 0100 65746800')).toBe('eth');
  expect(read('0700 0100 657468 41')).toBe('eth');
  expect(read('0800 0100 65007468')).toBe('e');
});

test('the writer pads, nests and counts as the kernel does', () => {
  const inner = new AttributeWriter().attribute(2, u32Bytes(1400));
  const writer = new AttributeWriter().raw(Uint8Array.of(9, 9, 9, 9)).attribute(3, textBytes('lo'));
  expect(E.map(hexText)(writer.nested(8, inner).finish())).toStrictEqual(
    E.right('09090909070003006c6f00000c000880' + '0800020078050000'),
  );
  expect(NLA_F_NESTED).toBe(0x8000);
});

test('what cannot be written is an error that names it', () => {
  expect(new AttributeWriter().address(1, 'nonsense').finish()).toMatchObject(
    E.left({ _tag: 'WireError', problem: 'not an IP address: nonsense' }),
  );
  expect(new AttributeWriter().attribute(1, new Uint8Array(0x10000)).finish()).toMatchObject(
    E.left({ problem: 'attribute 1 of 65536 bytes' }),
  );
});

test('the reader inverts the writer', () => {
  const attribute = fc.tuple(fc.nat(0x3fff), fc.uint8Array({ maxLength: 40 }));
  fc.assert(
    fc.property(fc.array(attribute), (attributes) => {
      const writer = new AttributeWriter();
      for (const [type, value] of attributes) writer.attribute(type, value);
      const seen = attributes.map(([type, value]) => [type, hexText(value)]);
      expect(walk(writer.bytes())).toStrictEqual({ seen, problem: null, offset: null });
    }),
  );
});

test('no bytes make the cursor throw, loop or read past the end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 512 }), fc.nat(600), (bytes, header) => {
      const { seen } = walk(bytes, header);
      const read = seen.reduce((sum, [, value]) => sum + 4 + value.length / 2, header);
      expect(seen.length === 0 || read <= bytes.length).toBe(true);
    }),
  );
});
